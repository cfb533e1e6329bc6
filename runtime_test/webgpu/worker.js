// Opens the bridge as a page does, in its worker.
import { open } from '../../js/fovea.js';

/** What a runtime in a worker says of itself after an operation. */
globalThis.inWorker = async (backend) => {
  const warnings = [];
  const rt = await open({ worker: true, backend, onWarning: (w) => warnings.push(w) });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  const stats = await rt.stats();
  rt.close();
  return JSON.stringify({ ...stats, warnings, sum: out.data[0] });
};
