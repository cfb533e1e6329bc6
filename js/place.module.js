// Stands in for place.js in the bundle that is one ES module, which is its own
// worker. It names its files, the worker's among them, as bundlers look for
// them: inlined in a page's bundle it must not start that as its worker.

const workers = {
  core: () => new Worker(new URL('./fovea.module.js', import.meta.url), { type: 'module', name: 'fovea-core' }),
  hand: () => new Worker(new URL('./fovea.module.js', import.meta.url), { type: 'module', name: 'fovea-hand' }),
};
const assets = {
  'fovea-wgsl.json': () => new URL('./fovea-wgsl.json', import.meta.url),
  'infer-relaxed.wasm': () => new URL('./infer-relaxed.wasm', import.meta.url),
  'infer-relaxed-threads.wasm': () => new URL('./infer-relaxed-threads.wasm', import.meta.url),
  'infer-simd.wasm': () => new URL('./infer-simd.wasm', import.meta.url),
  'infer-simd-threads.wasm': () => new URL('./infer-simd-threads.wasm', import.meta.url),
  'train-relaxed.wasm': () => new URL('./train-relaxed.wasm', import.meta.url),
  'train-relaxed-threads.wasm': () => new URL('./train-relaxed-threads.wasm', import.meta.url),
  'train-simd.wasm': () => new URL('./train-simd.wasm', import.meta.url),
  'train-simd-threads.wasm': () => new URL('./train-simd-threads.wasm', import.meta.url),
};

/** Whether this is a worker that startWorker has made. */
export const isOwnWorker = 'WorkerGlobalScope' in globalThis && /^fovea-(core|hand)$/.test(globalThis.name);

/** See place.js. */
export const workerFile = 'fovea.module.js';

/** See place.js. */
export const startWorker = (role) => workers[role]();

/** See place.js. */
export const deviceCode = () => import('./fovea.webgpu.js');

/** See place.js. */
export const assetURL = (name) => assets[name]().href;
