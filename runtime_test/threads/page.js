// The proofs in a page: the test calls prove() and gets JSON, or opened() and gets how many threads there are, and warnings.
import { Focus } from '../../js/focus.js';
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

/** Loads the model and focuses on the article. */
globalThis.read = async () => {
  const rt = await open();
  const focus = new Focus(await rt.load('/demo/model/use-lite-int8.safetensors'));
  const doc = await focus.open(await (await fetch('/demo/article/opticks.txt')).text());
  const { ranked } = await doc.focus({ text: 'why do soap bubbles have so many colours', budget: 0.1 });
  return `${ranked.length} sentences on ${rt.threads} threads`;
};

/** As opened, in a service worker. */
globalThis.served = async (options) => {
  const registration = await navigator.serviceWorker.register('service.js', { type: 'module' });
  const worker = registration.installing ?? registration.active;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  worker.postMessage(options, [port2]);
  return answer;
};
