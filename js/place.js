// Where this code lies, and what ships with it. In a bundle place.module.js or,
// in a classic script, which has no import.meta, place.script.js stands in for
// this.

// Spelled out, because bundlers look for just these expressions.
const workers = {
  core: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fovea-core' }),
  hand: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fovea-hand' }),
};

/**
 * Starts a worker that runs this code; worker.js sees the role in its name.
 * @param {'core'|'hand'} role core: answers calls of Core; hand: computes in step with a core
 * @returns {Worker}
 */
export const startWorker = (role) => workers[role]();

/** Loads the code for WebGPU, which a page without a GPU never fetches. */
export const deviceCode = () => import('./webgpu/device.js');

/**
 * The address of a file that ships with the code.
 * @param {string} name such as 'infer-simd.wasm'
 */
export const assetURL = (name) => new URL(`../wasm/${name}`, import.meta.url).href;
