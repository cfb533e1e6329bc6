// Fovea in JavaScript: attention models on WebAssembly SIMD, in a page, in
// node and in workers.
//
//   import { open } from './fovea.js';
//
//   const rt = await open();
//   const model = await rt.load('use-lite-int8.safetensors', { onProgress: console.log });
//   const tokens = await model.tokenize('Light is a wave.');
//   const session = model.session();
//   const { embedding } = await session.run('encode', {
//     ids: { shape: [1, tokens.length], data: Int32Array.from(tokens, (t) => t.id) },
//     lengths: { shape: [1], data: Int32Array.of(tokens.length) },
//   });
//   // embedding: { dtype: 'f32', shape: [1, 512], data: Float32Array(512) }
//
// The verbs, their arguments and their errors are those of Go's package wasm.
// Every method that computes returns a promise, rejects with a FoveaError, and
// takes as its last argument { signal }: an AbortSignal that rejects it with
// the signal's reason. What it returns is a copy, and what it is given is read
// before it returns: a buffer can be used again at once.

import { InlineBackend, WorkerBackend } from './backend.js';
import { attributesOf, counts, isA, list, number, numbers, options, own, string, whole } from './check.js';
import { buffersOf, downloaded } from './download.js';
import { FoveaError } from './error.js';
import { isForThreads } from './instance.js';
import { explained } from './policy.js';
import { canShareMemory } from './probe.js';
import { tensorsOf } from './tensor.js';

export { FoveaError };

/**
 * @typedef {import('./tensor.js').Tensors} Tensors
 * @typedef {import('./program.js').Program} Program
 * @typedef {import('./download.js').Progress} Progress
 * @typedef {{signal?: AbortSignal}} Abortable
 * @typedef {object} Stats
 * @property {string} variant of the module
 * @property {number} threads that compute
 * @property {'webgpu'|'wasm'} backend
 * @property {{vendor: string, architecture: string, features: string[], subgroups: boolean, f16: boolean}|null} adapter
 *   of WebGPU, and which of its features the shaders use
 * @property {Object<string, number>} dispatches to the device, by operation
 * @property {number} fallbacks runs that WebAssembly did because the device could not
 * @typedef {{id: number, start: number, end: number}} Token offsets in UTF-16 units, as in String.slice
 * @typedef {{start: number, end: number}} Span offsets in UTF-16 units
 * @typedef {{text: number, start: number, end: number}} Window tokens start to end of the text of that index
 * @typedef {{indices: number[], tokens: number}} Batch texts to encode in one run, and the most tokens of one
 */

const VARIANTS = ['auto', 'simd', 'relaxed'];
const BACKENDS = ['auto', 'webgpu', 'wasm'];
const MAX_THREADS = 64;
const AUTO_THREADS = 8; // at most
const MAX_MEMORY = 2 ** 32;

/**
 * Compiles the module, or opens the WebGPU device beside it.
 * @param {object} [o]
 * @param {boolean} [o.worker] compute in a worker of its own; the default in a page
 * @param {'auto'|'simd'|'relaxed'} [o.variant] 'simd' gives the same bits on
 *   every engine; 'relaxed' is faster and needs relaxed SIMD; 'auto' takes it if it is there
 * @param {boolean} [o.training] take the module that has gradients, losses and optimisers, too
 * @param {string|URL} [o.wasmURL] the folder of infer-simd.wasm and infer-relaxed.wasm, or of train-…,
 *   if it is not the one that they ship in
 * @param {WebAssembly.Module} [o.module] the compiled module, where the platform provides it
 * @param {'auto'|'webgpu'|'wasm'} [o.backend] 'auto' takes WebGPU if there is
 *   a GPU, 'webgpu' a software adapter, too; what it cannot do is done on
 *   WebAssembly, with the same inputs. Its results are within a relative L2
 *   error of 1e-4 of WebAssembly's, with shader-f16 of 1e-2
 * @param {'auto'|number} [o.threads] how many compute together, 1 to 64; more
 *   than one needs a worker and a page that is cross-origin isolated, elsewhere
 *   there is one; 'auto' is one a processor, 8 at most
 * @param {number} [o.maxMemory] bytes that a model may take where there are
 *   threads, 1 GiB if not given; addresses are reserved for it
 * @param {(message: string) => void} [o.onWarning] is told what does not go
 *   as asked but goes on, each once; console.warn
 * @returns {Promise<Runtime>}
 */
export async function open(o) {
  let {
    worker = 'document' in globalThis, variant = 'auto', training = false, backend = 'auto', threads = 'auto', wasmURL, module,
    maxMemory = 2 ** 30, onWarning = (message) => console.warn(message),
  } = own('open', 'options', o);
  oneOf('variant', variant, VARIANTS);
  oneOf('backend', backend, BACKENDS);
  if (threads !== 'auto') whole('open', 'threads', threads, 1, MAX_THREADS);
  whole('open', 'maxMemory', maxMemory, 1, MAX_MEMORY);
  if (typeof onWarning !== 'function') throw new FoveaError('value', { op: 'open', arg: 'onWarning', got: onWarning, want: 'a function' });
  if (module !== undefined) checkModule(module);
  if (wasmURL !== undefined) wasmURL = folderURL(wasmURL);
  const alone = whyAlone(worker, module);
  if (alone && threads > 1) onWarning(`fovea: computing on one thread: ${alone}`);
  const wanted = threads === 'auto' ? Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, AUTO_THREADS) : threads;
  let side;
  try {
    side = worker ? new WorkerBackend(onWarning) : new InlineBackend(onWarning);
    return new Runtime(side, await side.open({ module, wasmURL, variant, training: training === true, backend, maxMemory, threads: alone ? 1 : wanted }));
  } catch (err) {
    side?.close();
    throw await explained(err);
  }
}

/** Why there can be one thread only, and what to do about it; '' if there can be more. */
function whyAlone(worker, module) {
  if (!worker) return 'more need a page, and there worker: true';
  if (!canShareMemory()) return 'the page is not cross-origin isolated. Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
  return module && !isForThreads(module) ? 'the module given is not one for threads' : '';
}

function oneOf(arg, got, all) {
  if (!all.includes(got)) throw new FoveaError('value', { op: 'open', arg, got, want: all.join(', ') });
}

/** Refuses what is no compiled module. */
function checkModule(module) {
  try {
    isForThreads(module);
  } catch {
    throw new FoveaError('value', { op: 'open', arg: 'module', got: module, want: 'a WebAssembly.Module' });
  }
}

/** The absolute address of a folder, with a slash at its end. */
function folderURL(given) {
  const folder = (isA(given, URL) ? given.href : string('open', 'wasmURL', given)).replace(/\/*$/, '/');
  try {
    return new URL('.', new URL(folder, globalThis.location?.href)).href;
  } catch {
    throw new FoveaError('value', { op: 'open', arg: 'wasmURL', got: `${given}`, want: 'the address of a folder, absolute where there is no page' });
  }
}

/** The compiled module; see {@link open}. */
export class Runtime {
  #backend;
  /** @param {Stats} stats */
  constructor(backend, stats) {
    this.#backend = backend;
    /** 'simd' or 'relaxed'; as given to open where the module was */
    this.variant = stats.variant;
    /** how many threads compute */
    this.threads = stats.threads;
    /** 'webgpu' if there is a device, else 'wasm' */
    this.backend = stats.backend;
  }

  /**
   * Tells what computes, and what it has done so far.
   * @param {Abortable} [o]
   * @returns {Promise<Stats>}
   */
  async stats(o) {
    return this.#backend.call('stats', [], options('stats', o));
  }

  /**
   * What Go's package wasm computes with in the same page, where a program of
   * it finds it as `globalThis.foveaBridge`.
   * @returns {{call: (method: string, args: unknown[], o?: Abortable) => unknown}} methods are those of Core
   */
  get bridge() {
    return this.#backend;
  }

  /**
   * Loads a model file and checks its SHA-256.
   * @param {import('./download.js').Source} source in node a string without a scheme is a path
   * @param {Abortable & {onProgress?: (p: Progress) => void}} [o]
   * @returns {Promise<Model>}
   */
  async load(source, o) {
    const { signal, onProgress } = options('load', o);
    const { id, card, programs } = await downloaded(source, { op: 'load', signal, onProgress }, ({ bytes, owned }) => {
      signal?.throwIfAborted();
      // Not given the signal: what is loaded must be freed.
      return this.#backend.call('load', [bytes], {
        onProgress: (p) => onProgress?.({ phase: 'load', ...p }),
        transfer: owned ? buffersOf(bytes) : [],
      });
    }).catch(async (err) => { // the reason of an abort, which can be anything, is the caller's own
      throw signal?.aborted ? err : await explained(inFile(source, err));
    });
    const model = new Model(this.#backend, id, card, programs);
    if (signal?.aborted) {
      await model.close();
      throw signal.reason;
    }
    return model;
  }

  /**
   * Runs a single operation, with operands and attributes named as in the
   * operation table; the result is called `out`. What else the operation can
   * give, it does if outputs names it.
   * @param {string} name such as 'attention'
   * @param {Object<string, number|string|boolean>} attrs
   * @param {Tensors} tensors
   * @param {Abortable & {outputs?: string[]}} [o]
   * @returns {Promise<Tensors>}
   */
  async op(name, attrs, tensors, o) {
    string('op', 'name', name);
    const { outputs = [], ...rest } = options(name, o);
    return this.#backend.call('op', [name, attributesOf(name, attrs), tensorsOf(name, tensors), list(name, 'outputs', outputs, string)], rest);
  }

  /** Frees everything; all pending calls reject. */
  close() {
    this.#backend.close();
  }
}

/** err with the address of the file that it is about. */
function inFile(source, err) {
  if (!(err instanceof FoveaError && err.code === 'file')) return err;
  const address = source.url ?? source.href ?? source;
  return typeof address === 'string' && address ? new FoveaError('file', { ...err.fields(), message: `${err.message} (${address})`, cause: err }) : err;
}

/** A loaded model file. */
export class Model {
  #backend;
  #id;

  constructor(backend, id, card, programs) {
    this.#backend = backend;
    this.#id = id;
    /** the description in the file: name, source, license, dims, maxTokens … */
    this.card = card;
    /** @type {Program[]} */
    this.programs = programs;
  }

  /**
   * What Go's package wasm makes its own model of: wasm.Attach(model.bridge).
   * It may be used until the model is closed.
   */
  get bridge() {
    const { card, programs } = this;
    return { call: (method, args, o) => this.#backend.call(method, args, o), id: this.#id, card, programs };
  }

  /**
   * Returns a session in which `dims` are fixed: a run whose inputs have
   * others fails. All other dimensions follow from each run's inputs.
   * @param {Object<string, number>} [dims]
   */
  session(dims) {
    const fixed = own('session', 'dims', dims);
    for (const [name, value] of Object.entries(fixed)) this.#checkDim(name, value);
    return new Session(this.#backend, this.#id, fixed);
  }

  #checkDim(name, value) {
    const found = this.programs.flatMap((p) => p.dims).filter((d) => d.name === name);
    if (found.length === 0) throw new FoveaError('unknown', { op: 'session', arg: name });
    const fits = found.some((d) => Number.isInteger(value) && value >= d.min && value <= d.max);
    if (!fits) throw new FoveaError('dim-value', { op: 'session', arg: name, got: value, want: `${found[0].min}..${found[0].max}` });
  }

  /**
   * Returns the tokens of text, all of them: the card says how many a run uses.
   * @param {string} text
   * @param {Abortable & {prose?: boolean}} [o] prose: line breaks and indents
   *   mean nothing: a run of white space counts as one space, and none at either end
   * @returns {Promise<Token[]>}
   */
  async tokenize(text, o) {
    const { prose, ...rest } = options('tokenize', o);
    return this.#backend.call('tokenize', [this.#id, string('tokenize', 'text', text), prose === true], rest);
  }

  /**
   * Returns the sentences of text, without the white space between them.
   * @param {string} text
   * @param {Abortable} [o]
   * @returns {Promise<Span[]>}
   */
  async split(text, o) {
    return this.#backend.call('split', [this.#id, string('split', 'text', text)], options('split', o));
  }

  /**
   * Sorts texts of `lens` tokens into batches of at most maxBatch texts of
   * similar length, each clipped to maxTokens tokens.
   * @param {ArrayLike<number>} lens
   * @param {number} maxBatch
   * @param {number} maxTokens
   * @param {Abortable} [o]
   * @returns {Promise<Batch[]>}
   */
  async plan(lens, maxBatch, maxTokens, o) {
    const op = 'plan';
    return this.#backend.call(op, [this.#id, counts(op, 'lens', lens), whole(op, 'maxBatch', maxBatch), whole(op, 'maxTokens', maxTokens)], options(op, o));
  }

  /**
   * Returns in ascending order the indices of the best-scored texts whose
   * lens sum to at most the share budget (0 to 1) of all lens, rounded up; at
   * least one if there is any and budget is not 0.
   * @param {ArrayLike<number>} scores
   * @param {ArrayLike<number>} lens
   * @param {number} budget
   * @param {Abortable} [o]
   * @returns {Promise<number[]>}
   */
  async select(scores, lens, budget, o) {
    const op = 'select';
    return this.#backend.call(op, [this.#id, numbers(op, 'scores', scores), counts(op, 'lens', lens), number(op, 'budget', budget, 0, 1)], options(op, o));
  }

  /**
   * Cuts texts of `lens` tokens into windows of at most maxTokens tokens, in
   * their order. A text that is not longer is one window; the windows of a
   * longer one overlap by a quarter, and the last one ends with it.
   * @param {ArrayLike<number>} lens
   * @param {number} maxTokens
   * @param {Abortable} [o]
   * @returns {Promise<Window[]>}
   */
  async windows(lens, maxTokens, o) {
    const op = 'windows';
    return this.#backend.call(op, [this.#id, counts(op, 'lens', lens), whole(op, 'maxTokens', maxTokens, 1)], options(op, o));
  }

  /**
   * Returns for each of so many texts the greatest score of its windows. A
   * score that is NaN counts where a text has no other.
   * @param {ArrayLike<number>} scores
   * @param {Window[]} windows
   * @param {number} texts
   * @param {Abortable} [o]
   * @returns {Promise<Float32Array>}
   */
  async best(scores, windows, texts, o) {
    const op = 'best';
    const owners = Uint32Array.from(list(op, 'windows', windows, (_, arg, w) => whole(op, `${arg}.text`, own(op, arg, w).text)));
    return this.#backend.call(op, [this.#id, numbers(op, 'scores', scores), owners, whole(op, 'texts', texts)], options(op, o));
  }

  /** Frees the model. */
  close() {
    return this.#backend.call('free', [this.#id]);
  }
}

/** Runs a model's programs; see {@link Model#session}. */
export class Session {
  #backend;
  #id;
  #dims;

  constructor(backend, id, dims) {
    this.#backend = backend;
    this.#id = id;
    this.#dims = dims;
  }

  /**
   * Runs a program on named tensors and returns its outputs by name.
   * @param {string} name such as 'encode'
   * @param {Tensors} tensors
   * @param {Abortable} [o]
   * @returns {Promise<Tensors>}
   */
  async run(name, tensors, o) {
    string('run', 'name', name);
    return this.#backend.call('run', [this.#id, name, this.#dims, tensorsOf(name, tensors)], options(name, o));
  }
}
