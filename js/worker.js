// The worker of a page: it runs the core and answers {id, method, args} with
// {id, result} or {id, error}; where reports are asked for, after any number
// of {id, progress}. A {warning} can come at any time.

import { Core } from './core.js';
import { wrap } from './error.js';

const core = new Core((warning) => postMessage({ warning }));

onmessage = async ({ data: { id, method, args, reports } }) => {
  if (reports) args.push((progress) => postMessage({ id, progress }));
  try {
    const result = await core[method](...args);
    postMessage({ id, result }, transferables(result));
  } catch (err) {
    postMessage({ id, error: wrap(err, 'internal', { op: method }).fields() });
  }
};

/** The buffers of tensors in a result: they move to the page uncopied. */
function transferables(result) {
  return Object.values(result ?? {}).flatMap((t) => ArrayBuffer.isView(t?.data) ? [t.data.buffer] : []);
}
