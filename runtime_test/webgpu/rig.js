// What the proofs share: a model, its answers on WebAssembly, and ways to get between the bridge and WebGPU.
import { open } from '../../js/fovea.js';

const MODEL = '/demo/model/use-lite-int8.safetensors';

export const file = new Uint8Array(await (await fetch(MODEL)).arrayBuffer());
const wasm = await open({ worker: false, variant: 'simd', backend: 'wasm' });
const onWasm = await wasm.load(file.slice());

/** Inputs of the program centre, the mean of n keys. */
export const keys = (n, seed = 1) => ({
  keys: { shape: [1, n, 512], data: Float32Array.from({ length: 512 * n }, (_, i) => Math.sin(seed + i * i)) },
  lengths: { data: Int32Array.of(n) },
});

/** What WebAssembly answers. */
export const answer = (program, inputs) => onWasm.session().run(program, inputs);
export const answerOp = (...args) => wasm.op(...args);

/** Throws unless got is want within the tolerance of the shaders. */
export function same(got, want, tolerance = 1e-4) {
  for (const [name, { shape, data }] of Object.entries(want)) {
    if (`${got[name]?.shape}` !== `${shape}`) throw new Error(`${name} has shape ${got[name]?.shape}, want ${shape}`);
    let diff = 0;
    let norm = 0;
    data.forEach((w, i) => {
      diff += (got[name].data[i] - w) ** 2;
      norm += w ** 2;
    });
    const error = Math.sqrt(diff / norm);
    if (!(error <= tolerance)) throw new Error(`${name}: relative L2 error ${error}, want at most ${tolerance}`);
  }
}

export function check(ok, said) {
  if (!ok) throw new Error(said);
}

/** A runtime in this thread, which the hooks reach, and the warnings it gives. */
export async function openHere(options = {}) {
  const warnings = [];
  const rt = await open({ worker: false, variant: 'simd', backend: 'webgpu', onWarning: (w) => warnings.push(w), ...options });
  return { rt, warnings };
}

const undo = [];

/** Puts make(original) in the place of a method until unhook. */
export function hook(object, method, make) {
  const before = Object.getOwnPropertyDescriptor(object, method);
  Object.defineProperty(object, method, { ...before, writable: true, configurable: true, value: make(object[method]) });
  undo.push(() => Object.defineProperty(object, method, before));
}

/** Puts a value in the place of a property that has a getter, until unhook. */
export function hookValue(object, name, value) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { configurable: true, get: () => value });
  undo.push(() => Object.defineProperty(object, name, before));
}

/**
 * Lets a method never answer, once it is called for the nth time. The long
 * waits that are begun by then or after it are over at once: nobody has to sit
 * through them.
 */
export function silence(object, method, nth = 1) {
  const waits = new Map();
  let silent = false;
  hook(globalThis, 'setTimeout', (original) => (f, ms, ...args) => {
    const id = original(f, ms, ...args);
    if (ms >= 1000) waits.set(id, f);
    if (silent) over();
    return id;
  });
  hook(globalThis, 'clearTimeout', (original) => (id) => {
    waits.delete(id);
    original(id);
  });
  const over = () => {
    for (const [id, f] of waits) {
      waits.delete(id);
      queueMicrotask(f);
    }
  };
  hook(object, method, (original) => function (...args) {
    if (--nth > 0) return original.apply(this, args);
    silent = true;
    over();
    return new Promise(() => {});
  });
}

/** Changes the data file on its way. */
export function hookShaders(change) {
  hook(globalThis, 'fetch', (fetch) => async (url, o) => {
    const response = await fetch(url, o);
    return `${url}`.endsWith('fovea-wgsl.json') ? change(response) : response;
  });
}

export function unhook() {
  for (const f of undo.splice(0).reverse()) f();
}
