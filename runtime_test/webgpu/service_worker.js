// Opens the bridge in a service worker, with WebGPU if it can be had.
import { open } from '../../js/fovea.js';

globalThis.onmessage = async ({ data: port }) => {
  const warnings = [];
  try {
    const rt = await open({ backend: 'webgpu', onWarning: (w) => warnings.push(w) });
    const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
    port.postMessage(JSON.stringify({ ...await rt.stats(), warnings, sum: out.data[0] }));
  } catch (err) {
    port.postMessage(JSON.stringify({ warnings: [`${err.stack}`] }));
  }
};
