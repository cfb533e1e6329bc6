// The Worker: what is JavaScript's of a request (reading its body, making its
// Response) happens here, in that request; all else is calls of Go, which
// computes a batch at most before it returns. The build folder, which this file is copied to,
// has the rest: Go's program and its loader as syumai/workers makes them, the
// bridge and the kernels.

import './wasm_exec.js';
import { createRuntimeContext, loadModule } from './runtime.mjs';
import { Core } from './js/core.js';
import { hasRelaxedMadd } from './js/probe.js';
import { checkDigest, readSafetensors } from './js/safetensors.js';

// The started Go program of this isolate: the functions that it answers with.
let service;

// When a request began to start it; another takes over if that one is gone.
let starting = 0;
const PATIENCE = 15_000; // milliseconds

export default {
  async fetch(request, env, ctx) {
    try {
      return respond(await answer(await ready(env, ctx), request));
    } catch (err) {
      if (request.signal.aborted) return new Response(null, { status: 499 }); // for nobody
      return respond(failure(err));
    }
  },
};

/**
 * The service, which the first request starts. Others wait, each by its own
 * clock: a promise of one request may not be awaited in another.
 */
async function ready(env, ctx) {
  while (!service) {
    if (Date.now() - starting < PATIENCE) {
      await scheduler.wait(10);
      continue;
    }
    starting = Date.now();
    const started = start(env).then((go) => { service = go; }).finally(() => { starting = 0; });
    ctx.waitUntil(started.catch(() => {})); // goes on if this client leaves
    await started;
  }
  return service;
}

/** Starts Go with the kernels and the model. */
async function start(env) {
  const variant = env.VARIANT ?? (hasRelaxedMadd() ? 'relaxed' : 'simd');
  const kernels = variant === 'relaxed' ? import('./wasm/infer-relaxed.wasm') : import('./wasm/infer-simd.wasm');
  const core = new Core();
  core.openSync({ module: (await kernels).default, variant });
  const model = new Uint8Array(await asset(env, 'model.safetensors'));
  await checkDigest(model, readSafetensors(model).metadata);
  const binding = {
    model,
    bridge: { call: (method, args) => core[method === 'load' ? 'loadSync' : method](...args) },
  };
  const go = new Go();
  // A timer of Go's would be set in this request and ring in another. Its scheduler looks at the time whenever it runs.
  go.importObject.gojs['runtime.scheduleTimeoutEvent'] = () => {};
  go.importObject.gojs['runtime.clearTimeoutEvent'] = () => {};
  // It ends only if it breaks, which the next call notices.
  go.run(new WebAssembly.Instance(await loadModule(), go.importObject), createRuntimeContext({ env, ctx: null, binding })).catch(() => {});
  delete binding.model;
  if (binding.error || !binding.begin) throw new Error(binding.error ?? 'Go did not start');
  return { ...binding, exited: () => go.exited };
}

async function asset(env, name) {
  const response = await env.ASSETS.fetch(new URL(name, 'https://assets.local/'));
  if (!response.ok) throw new Error(`${name}: HTTP status ${response.status}`);
  return response.arrayBuffer();
}

/** Answers a request; head and body go to Go, its answer comes back. */
async function answer(go, request) {
  const { headers } = request;
  const head = {
    method: request.method,
    path: new URL(request.url).pathname,
    authorization: headers.get('authorization'),
    origin: headers.get('origin'),
    type: headers.get('content-type'),
    encoding: headers.get('content-encoding'),
    length: Number(headers.get('content-length') ?? -1),
  };
  const admitted = call(go, 'admit', head);
  if (typeof admitted !== 'number') return admitted;
  const body = head.length < 0 ? await read(request, admitted) : new Uint8Array(await request.arrayBuffer());
  return body ? compute(go, head, body, request.signal) : call(go, 'tooLarge', head);
}

// When each job was last stepped. Where a client has gone its request may not be gone on with: the next one stops what is left.
const stepped = new Map();
const FORGOTTEN = 60_000; // milliseconds

/** Computes an answer batch by batch; other requests, and the news that the client has gone, come in between. */
async function compute(go, head, body, signal) {
  for (const [stop, since] of stepped) if (Date.now() - since > FORGOTTEN) stop();
  const job = call(go, 'begin', head, body);
  const stop = () => stepped.delete(stop) && !go.exited() && go.stop(job);
  signal.addEventListener('abort', stop); // the loop may not be gone on with then
  try {
    for (;;) {
      stepped.set(stop, Date.now());
      const response = call(go, 'step', job);
      if (response !== true) return response;
      await scheduler.wait(0);
      signal.throwIfAborted();
      if (!stepped.has(stop)) throw new Error('the request was taken for forgotten');
    }
  } finally {
    stop();
  }
}

/** Calls a function of Go, which must have answered when it returns. What broke is not called again. */
function call(go, name, ...args) {
  let result;
  try {
    if (!go.exited()) result = go[name](...args);
  } finally {
    if ((result === undefined || result.broken) && service === go) service = undefined;
  }
  if (result === undefined) throw new Error('Go has ended');
  return result;
}

/** A body of unknown length, or null if it has more than limit bytes. */
async function read(request, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return null; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

const respond = ({ status, headers, body }) => new Response(body, { status, headers });

/** What went wrong outside of Go's reach. */
function failure(err) {
  console.error(err);
  const error = { code: 'internal', message: `${err?.message ?? err}`, arg: '', got: '', want: '' };
  return { status: 500, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }, body: JSON.stringify({ error }) };
}
