// The worker of a page: it runs the core and answers {id, method, args} with
// {id, result} or {id, error}; where reports are asked for, after any number
// of {id, progress}. A {warning} or a {meeting} of threads can come at any
// time. Before all else it says that it is {fovea: 'core'}, of which build and
// from where, and gets a {lock} to hold. A worker that is named so is a hand instead.

import { hold } from './alive.js';
import { Core } from './core.js';
import { wrap } from './error.js';
import { serveHand } from './hand.js';
import { build } from './ops_gen.js';

if (globalThis.name === 'fovea-hand') serveHand();
else serveCore();

function serveCore() {
  const core = new Core({
    onWarning: (warning) => postMessage({ warning }),
    onMeeting: (meeting) => postMessage({ meeting }),
  });
  let held;
  globalThis.onmessage = async ({ data }) => {
    if (data.lock) held = hold(data.lock);
    else await held.then(() => answer(core, data));
  };
  postMessage({ fovea: 'core', build, address: globalThis.location?.href });
}

async function answer(core, { id, method, args, reports }) {
  if (reports) args.push((progress) => postMessage({ id, progress }));
  try {
    const result = await core[method](...args);
    postMessage({ id, result }, transferables(result));
  } catch (err) {
    postMessage({ id, error: wrap(err, 'internal', { op: method }).fields() });
  }
}

/** The buffers of tensors in a result: they move to the page uncopied. */
function transferables(result) {
  return Object.values(result ?? {}).flatMap((t) => ArrayBuffer.isView(t?.data) ? [t.data.buffer] : []);
}
