// The proofs in a page: the test calls prove() and gets JSON, or opened() and gets how many threads there are, and warnings.
import { open } from '../../js/fovea.js';
import { prove } from './proof.js';

const query = new URL(location.href).searchParams;
const read = async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());

/** Each worker of the bridge holds one lock while it lives. */
const held = async () => (await navigator.locks.query()).held.length;

const host = { read, held, variant: query.get('variant'), grace: Number(query.get('grace')) };
globalThis.prove = async () => JSON.stringify(await prove(host));

globalThis.opened = async (options) => {
  const said = [];
  const rt = await open({ ...options, onWarning: (message) => said.push(message) });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  if (out.data[0] !== 3) said.push(`1 + 2 is ${out.data[0]}`);
  rt.close();
  return [rt.threads, ...said].join();
};
