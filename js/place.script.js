// Stands in for place.js in the bundle that is one classic script, which is its
// own worker. All files keep their names: joined with others, this script must
// not start these as its worker.

const inWorker = 'WorkerGlobalScope' in globalThis;
const roleOf = /^fovea-(core|hand)$/;

/** The tag that loads this script: it can be asked only now. */
export const tag = globalThis.document?.currentScript ?? null;

/** The address of this script, '' where it came another way than by a tag. */
const address = inWorker ? globalThis.location.href : tag?.src ?? '';

/** Whether this is a worker that startWorker has made. */
export const isOwnWorker = inWorker && roleOf.test(globalThis.name);

/** See place.js. */
export const workerFile = 'fovea.js';

/** See place.js. */
export const startWorker = (role) => new Worker(assetURL(workerFile + new URL(address).search), { name: `fovea-${role}` });

/** See place.js. Throws a TypeError where the script does not know its address. */
export const assetURL = (name) => new URL(name, address).href;

/** See place.js. */
export const deviceCode = () => import(assetURL('fovea.webgpu.js'));
