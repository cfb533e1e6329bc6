// Where this code lies, and what ships with it. In a bundle place.module.js or,
// in a classic script, which has no import.meta, place.script.js stands in for
// this.

// All spelled out, because bundlers look for just these expressions.
const workers = {
  core: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fovea-core' }),
  hand: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fovea-hand' }),
};
const assets = {
  'fovea-wgsl.json': () => new URL('../wasm/fovea-wgsl.json', import.meta.url),
  'infer-relaxed.wasm': () => new URL('../wasm/infer-relaxed.wasm', import.meta.url),
  'infer-relaxed-threads.wasm': () => new URL('../wasm/infer-relaxed-threads.wasm', import.meta.url),
  'infer-simd.wasm': () => new URL('../wasm/infer-simd.wasm', import.meta.url),
  'infer-simd-threads.wasm': () => new URL('../wasm/infer-simd-threads.wasm', import.meta.url),
  'train-relaxed.wasm': () => new URL('../wasm/train-relaxed.wasm', import.meta.url),
  'train-relaxed-threads.wasm': () => new URL('../wasm/train-relaxed-threads.wasm', import.meta.url),
  'train-simd.wasm': () => new URL('../wasm/train-simd.wasm', import.meta.url),
  'train-simd-threads.wasm': () => new URL('../wasm/train-simd-threads.wasm', import.meta.url),
};

/** The file that workers run. */
export const workerFile = 'worker.js';

/**
 * Starts a worker that runs this code; worker.js sees the role in its name.
 * @param {'core'|'hand'} role core: answers calls of Core; hand: computes in step with a core
 * @returns {Worker}
 */
export const startWorker = (role) => workers[role]();

/** Loads the code for WebGPU, which a page without a GPU never fetches. */
export const deviceCode = () => import('./webgpu/device.js');

/**
 * The address of a file that ships with the code, or, as a model, lies beside
 * those.
 * @param {string} name such as 'infer-simd.wasm'
 */
export const assetURL = (name) => (assets[name]?.() ?? new URL(name, assets['infer-simd.wasm']())).href;
