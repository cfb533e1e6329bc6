// Stands in for place.js in the bundle that is one ES module, which is its own
// worker.

/** Whether this is a worker that startWorker has made. */
export const isOwnWorker = 'WorkerGlobalScope' in globalThis && /^fovea-(core|hand)$/.test(globalThis.name);

/** See place.js. */
export const startWorker = (role) => new Worker(import.meta.url, { type: 'module', name: `fovea-${role}` });

/** See place.js. */
export const deviceCode = () => import('./fovea.webgpu.js');

/** See place.js. */
export const assetURL = (name) => new URL(name, import.meta.url).href;
