// A service worker that computes: it answers a message with how many threads there are, and warnings.
import { open } from '../../js/fovea.js';

self.onmessage = async ({ data: options, ports: [port] }) => {
  const said = [];
  const rt = await open({ ...options, onWarning: (message) => said.push(message) });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  if (out.data[0] !== 3) said.push(`1 + 2 is ${out.data[0]}`);
  port.postMessage([rt.threads, ...said].join());
};
