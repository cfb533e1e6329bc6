// The proofs in a page, with module workers: the test calls prove() or measure() and gets JSON.
import { measure, prove } from './proof.js';

const query = new URL(location.href).searchParams;
const read = async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());

// A page learns of a killed worker by a lock that the worker holds: the browser gives it to the page.
function spawn(onMessage, onLost) {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  const lock = crypto.randomUUID();
  worker.onmessage = ({ data }) => onMessage(data);
  return {
    lock,
    post: (message) => worker.postMessage(message),
    kill: () => worker.terminate(),
    watch: () => navigator.locks.request(lock, onLost),
  };
}

const host = { spawn, read, variant: query.get('variant'), grace: Number(query.get('grace')) };
globalThis.prove = async () => JSON.stringify(await prove(host));
globalThis.measure = async () => JSON.stringify(await measure(host));
