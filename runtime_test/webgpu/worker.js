// Opens the bridge as a page does, in its worker.
import * as modules from '../../js/fovea.js';

/** What a runtime says of itself after an operation; with open of the modules or of the bundle. */
globalThis.inWorker = async (backend, { open } = modules) => {
  const warnings = [];
  const rt = await open({ worker: true, backend, onWarning: (w) => warnings.push(w) });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  const stats = await rt.stats();
  rt.close();
  return JSON.stringify({ ...stats, warnings, sum: out.data[0] });
};
