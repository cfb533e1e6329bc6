// A hand: a worker that computes in step with a core, on the memory of the
// instance that the core names. See kernels/threads.go.

import { hold } from './alive.js';

/** The bit of the crew's word that says: it is no more, leave. */
const DISMISSED = 1 << 31;

/**
 * A crew as others know it: the memory of an instance, and the address of the
 * word by which its workers meet.
 * @typedef {{buffer: SharedArrayBuffer, state: number}} Meeting
 */

/** Whether the crew is no more. */
export const isDismissed = ({ buffer, state }) => Atomics.load(new Int32Array(buffer, state, 1), 0) < 0;

/** Ends a crew: each of its workers leaves at its next tile or barrier. Any thread may do so. */
export function dismiss({ buffer, state }) {
  const word = new Int32Array(buffer, state, 1);
  Atomics.or(word, 0, DISMISSED);
  Atomics.notify(word, 0);
}

/**
 * Serves as a hand. It gets a {lock} to hold and the core's port once, and
 * answers {}; from the port it gets {}, which it answers at once, and any
 * number of crews to join, one after another: it answers when it has left one.
 */
export function serveHand() {
  globalThis.onmessage = async ({ data: { lock, port } }) => {
    await hold(lock);
    port.onmessage = ({ data }) => port.postMessage(data.module ? join(data) : {});
    postMessage({});
  };
}

/** Computes as worker number `worker` until the crew is dismissed; a trap is told. */
function join({ module, memory, state, worker }) {
  try {
    memory.grow(0); // V8 does not tell this thread of growth while the memory was on its way to it
    new WebAssembly.Instance(module, { env: { memory } }).exports.follow(worker);
    return {};
  } catch (err) {
    dismiss({ buffer: memory.buffer, state }); // the others would wait for this one
    return { failed: err.message };
  }
}
