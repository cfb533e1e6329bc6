// The computing side: models in instances of the module. It runs in a worker
// (see worker.js) or inline; everything in and out can be posted.

import { Crew } from './crew.js';
import { downloaded, impostor, joined } from './download.js';
import { FoveaError, wrap } from './error.js';
import { attributes, bind, checkInputs, compute, deduce, descriptor, inputs, wantedOutputs } from './execute.js';
import { Instance, isForThreads } from './instance.js';
import { build, ops, shadersSum } from './ops_gen.js';
import { assetURL, deviceCode } from './place.js';
import { operationAt, operationNames, readProgram } from './program.js';
import { hasRelaxedMadd, hasSIMD } from './probe.js';
import { checkDigest, damaged, readSafetensors } from './safetensors.js';
import { fromBytes } from './tensor.js';
import { within } from './within.js';

const KINDS = { program: 1, weight: 2, tokenizer: 3 };
const DTYPES = { __proto__: null, F32: 1, I32: 2, U8: 3, F16: 4 }; // of model files, as codes
const UTF16 = 1; // offsets count UTF-16 units
const PROSE = 2; // white space is joined
const DOWNLOAD = 60_000; // ms for code that is not needed
const GPU_SOON = 2000; // ms that a GPU may take to be there; where one is insisted on
const GPU_LATE = 10_000;
const GPU_RUN = 10_000; // ms that a GPU may take for a run: browsers stop them about then
const IMITATED_RUN = 120_000; // and what imitates one
const WIDTHS = { tokenize: 3, split: 2 }; // words a token or sentence

/** @typedef {{instance: Instance, programs: Map<string, object>, onDevice: unknown}} Loaded onDevice: as Device.addModel gives it */

/**
 * Methods give their value at once where they need not wait, so that a host
 * that must not wait either, such as one in Go, can call them: openSync,
 * loadSync and, after these, all others.
 */
export class Core {
  #module;
  #variant;
  #device = null;
  #fallbacks = 0;
  #models = new Map(); // by id: Loaded
  #ids = 0;
  #ops; // Loaded without programs, for single operations
  #maxMemory;
  #crew = null; // of threads
  #onMeeting;
  #onWarning;
  #warnings = new Set();

  /**
   * @param {object} [o]
   * @param {(message: string) => void} [o.onWarning] gets each warning once
   * @param {Function} [o.onMeeting] as Crew's
   */
  constructor({ onWarning = (message) => console.warn(message), onMeeting } = {}) {
    this.#onWarning = onWarning;
    this.#onMeeting = onMeeting;
  }

  /**
   * @param {object} o as of open in fovea.js, and
   * @param {boolean} [o.forThreads] take the module whose memory can be shared
   * @returns {Promise<import('./fovea.js').Stats>}
   */
  async open({ module, wasmURL, variant, training = false, backend = 'wasm', forThreads = false, maxMemory }) {
    if (!hasSIMD()) throw new FoveaError('unsupported', { op: 'open', got: 'this engine', want: 'WebAssembly SIMD' });
    if (variant === 'auto' && !module) variant = hasRelaxedMadd() ? 'relaxed' : 'simd';
    const name = `${training ? 'train' : 'infer'}-${variant}`;
    if (!module && forThreads) module = await this.#compileForThreads(name, wasmURL);
    module ??= await compile(shipped(`${name}.wasm`, wasmURL));
    this.openSync({ module, variant, maxMemory });
    if (backend !== 'wasm') await this.#openDevice(backend === 'webgpu', wasmURL);
    return this.stats();
  }

  /**
   * open with the compiled module, for a host that may not wait.
   * @param {{module: WebAssembly.Module, variant: string, maxMemory?: number}} o
   * @returns {import('./fovea.js').Stats}
   */
  openSync({ module, variant, maxMemory }) {
    checkBuild(module, 'module');
    this.#module = module;
    this.#variant = variant;
    this.#maxMemory = maxMemory;
    return this.stats();
  }

  /** Whether runs wait, and read their arguments later. */
  get waits() {
    return this.#device !== null;
  }

  /** See Runtime.stats. */
  stats() {
    return {
      variant: this.#variant,
      threads: this.#crew?.size ?? 1,
      backend: this.#device && !this.#device.lost ? 'webgpu' : 'wasm',
      adapter: this.#device?.adapter ?? null,
      dispatches: { ...this.#device?.dispatches },
      fallbacks: this.#fallbacks,
    };
  }

  /**
   * Opens the WebGPU device, whose code and shaders are fetched only where
   * there is an adapter to use. A service worker may not load code so.
   */
  async #openDevice(insist, wasmURL) {
    let why = 'there is no WebGPU adapter';
    const patience = insist ? GPU_LATE : GPU_SOON;
    let waited = 0;
    const answered = async (promise, unused) => {
      const since = performance.now();
      const value = await within(patience - waited, promise, () => new Error(`the GPU did not answer within ${patience / 1000} s`), unused);
      waited += performance.now() - since;
      return value;
    };
    try {
      const adapter = globalThis.navigator?.gpu && await answered(navigator.gpu.requestAdapter());
      if (adapter && (insist || !isSoftware(adapter))) {
        const { Device, shaders } = await within(DOWNLOAD, deviceFiles(wasmURL), () => new Error('its code could not be loaded'));
        const o = { shaders, operationNames, within, patience: isSoftware(adapter) ? IMITATED_RUN : GPU_RUN };
        this.#device = await answered(Device.open(adapter, o), (device) => device.destroy());
      }
    } catch (err) {
      insist = true;
      why = `WebGPU cannot be used: ${err.message}`;
    }
    if (insist && !this.#device) this.#warn(`${why}; computing on WebAssembly`);
  }

  /** The module whose memory can be shared; nothing, with a warning, where it is not shipped. */
  async #compileForThreads(name, wasmURL) {
    try {
      return await compile(shipped(`${name}-threads.wasm`, wasmURL));
    } catch (err) {
      this.#warn(`computing on one thread: ${err.message}`);
    }
  }

  /**
   * Computes with these hands from now on, if the module can.
   * @param {{id: number, port: MessagePort}[]} hands
   * @param {Int32Array} cancelled as Crew's
   * @returns {Promise<import('./fovea.js').Stats>}
   */
  async hire(hands, cancelled) {
    if (!isForThreads(this.#module)) return this.stats();
    this.#crew ??= new Crew({
      cancelled,
      onMeeting: this.#onMeeting,
      onFailure: (why) => this.#warn(`a thread failed, the others went on: ${why}`),
    });
    await Promise.all(hands.map((hand) => this.#crew.hire(hand)));
    return this.stats();
  }

  /** Computes without a hand from now on, which is no more. */
  lose(id) {
    this.#crew.lose(id);
    this.#warn('a thread was lost, the others went on');
  }

  /** Gives a warning once; one kind, of several messages, too. */
  #warn(message, kind = message) {
    if (this.#warnings.has(kind)) return;
    this.#warnings.add(kind);
    this.#onWarning(`fovea: ${message}`);
  }

  /**
   * Loads a model file.
   * @param {ArrayBuffer|Uint8Array|Uint8Array[]} buffer
   * @param {(p: {loaded: number, total: number}) => void} progress
   */
  async load(buffer, progress) {
    const file = joined(buffer);
    const { metadata, entries } = readSafetensors(file);
    await checkDigest(file, metadata);
    const loaded = this.loadSync(file, progress);
    const model = this.#models.get(loaded.id);
    if (this.#device) model.onDevice = await this.#device.addModel(model, entries).catch((err) => this.#warnUnable(err));
    return loaded;
  }

  /**
   * load for a host that may not wait. It does not compare the digest, which
   * takes waiting: the caller has done it, see checkDigest.
   */
  loadSync(buffer, progress) {
    const file = joined(buffer);
    const { metadata, entries } = readSafetensors(file);
    const card = readCard(metadata);
    const instance = Instance.create(this.#module, this.#maxMemory);
    const programs = new Map();
    let loaded = 0;
    for (const entry of entries) {
      const handle = loadEntry(instance, entry);
      if (handle && kindOf(entry.name) === 'program') {
        const program = readProgram(instance, handle);
        checkNames(entry.name, program, programs);
        programs.set(program.name, program);
      }
      loaded += entry.bytes.length;
      progress?.({ loaded, total: file.length });
    }
    if (programs.size === 0) throw damaged('', 'it has no program');
    // A missing weight shows now rather than at the first run.
    for (const p of programs.values()) bind(instance, p.name, p, p.dims.map((d) => d.min));
    const id = ++this.#ids;
    this.#models.set(id, { instance, programs, onDevice: null });
    return { id, card, programs: [...programs.values()].map(describe) };
  }

  /** Frees a model. */
  free(id) {
    const model = this.#models.get(id);
    if (model?.onDevice) this.#device.freeModel(model.onDevice);
    if (model) this.#crew?.leave(model.instance);
    this.#models.delete(id);
  }

  /** Frees the device; a core in a worker ends with that. */
  close() {
    this.#device?.destroy();
  }

  /** Runs program name of a model; see Session.run. */
  run(id, name, fixed, tensors) {
    const model = this.#model(id);
    const program = model.programs.get(name);
    if (!program) throw new FoveaError('unknown', { op: 'run', arg: name, want: [...model.programs.keys()].join(', ') });
    const given = inputs(name, program.inputs.map((p) => p.name), tensors);
    const dims = program.dims.map((d) => Object.hasOwn(fixed, d.name) ? fixed[d.name] : deduce(program, d, given));
    return this.#execute(model, name, () => ({ program, dims, given }));
  }

  /** Runs a single operation; see Runtime.op. */
  op(name, attrs, tensors, wanted) {
    const row = ops[name];
    if (!row) throw new FoveaError('unknown', { op: 'op', arg: name, want: Object.keys(ops).join(', ') });
    if (!this.#ops || this.#ops.instance.broken) {
      this.#ops = { instance: Instance.create(this.#module, this.#maxMemory), onDevice: null };
    }
    return this.#execute(this.#ops, name, () => makeOperation(this.#ops.instance, name, row, attrs, tensors, wanted));
  }

  /**
   * Runs on the device or in the module, and copies the outputs.
   * @param {Loaded} model
   * @param {string} op
   * @param {() => {program: object, dims: number[], given: Map<string, object>}} prepare
   */
  #execute(model, op, prepare) {
    if (!this.#device) return this.#compute(model, op, prepare);
    return this.#runOnDevice(model, op, bound(model.instance, op, prepare())).catch((err) => {
      if (err instanceof FoveaError) throw err; // the caller's own
      this.#fallbacks++;
      this.#warnUnable(err);
      return this.#compute(model, op, prepare);
    });
  }

  async #runOnDevice(model, op, { program, table, given }) {
    const { error, outputs } = await this.#device.run(model, program, table, given);
    if (error[0] !== 0) throw model.instance.describe(error, op, (i) => operationAt(model.instance, program.handle, i));
    return Object.fromEntries(program.outputs.map(({ name, dtype }, i) => {
      const { shape, bytes } = outputs[i];
      return [name, { dtype, shape, data: fromBytes(dtype, bytes) }];
    }));
  }

  /** Runs in the module, with all threads. */
  #compute({ instance }, op, prepare) {
    const attempt = () => {
      const { program, table, given } = bound(instance, op, prepare());
      return compute(instance, op, program, table, given);
    };
    return this.#crew ? this.#crew.run(instance, attempt) : attempt();
  }

  /** Warns once of all that the device cannot do. */
  #warnUnable(err) {
    this.#warn(`WebGPU cannot do this: ${err.message}; computing on WebAssembly`, 'unable');
    return null;
  }

  /** See Model.tokenize. */
  tokenize(id, text, prose) {
    const words = this.spans(id, 'tokenize', encodeText(text), prose ? UTF16 | PROSE : UTF16);
    return groups(words, 3).map(([token, start, end]) => ({ id: token, start, end }));
  }

  /** See Model.split. */
  split(id, text) {
    return groups(this.spans(id, 'split', encodeText(text), UTF16), 2).map(([start, end]) => ({ start, end }));
  }

  /**
   * Tokenizes or splits UTF-8, which may be damaged.
   * @param {'tokenize'|'split'} call
   * @param {Uint8Array} utf8
   * @param {number} flags of the module's export; offsets are in bytes without UTF16
   * @returns {Uint32Array} the export's words: id, start and end a token or start and end a sentence
   */
  spans(id, call, utf8, flags) {
    const { instance } = this.#model(id);
    instance.call(call, 'reset');
    const at = instance.need(call, call, instance.put(call, utf8), utf8.length, flags);
    const [n] = instance.words(at, 1);
    return instance.words(at + 4, n * WIDTHS[call]).slice();
  }

  /** See Model.plan. */
  plan(id, lens, maxBatch, maxTokens) {
    const { instance } = this.#model(id);
    const op = 'plan';
    instance.call(op, 'reset');
    const addr = instance.put(op, lens);
    const at = instance.need(op, op, addr, lens.length, maxBatch, maxTokens);
    const [n] = instance.words(at, 1);
    const order = Array.from(instance.words(at + 4 + 12 * n, lens.length));
    return Array.from({ length: n }, (_, i) => {
      const [first, count, tokens] = instance.words(at + 4 + 12 * i, 3);
      return { indices: order.slice(first, first + count), tokens };
    });
  }

  /** See Model.select. */
  select(id, scores, lens, budget) {
    const { instance } = this.#model(id);
    const op = 'select';
    if (scores.length !== lens.length) throw new FoveaError('value', { op, arg: 'the length of lens', got: lens.length, want: scores.length });
    instance.call(op, 'reset');
    const scoresAt = instance.put(op, scores);
    const lensAt = instance.put(op, lens);
    const at = instance.need(op, op, scoresAt, lensAt, lens.length, budget);
    const [k] = instance.words(at, 1);
    return Array.from(instance.words(at + 4, k));
  }

  /** See Model.windows. */
  windows(id, lens, maxTokens) {
    const { instance } = this.#model(id);
    const op = 'windows';
    instance.call(op, 'reset');
    const addr = instance.put(op, lens);
    const at = instance.need(op, op, addr, lens.length, maxTokens);
    return groups(instance.words(at + 4, 3 * instance.words(at, 1)[0]), 3).map(([text, start, end]) => ({ text, start, end }));
  }

  /**
   * See Model.best.
   * @param {Float32Array} scores
   * @param {Uint32Array} owners the text of each score
   */
  best(id, scores, owners, texts) {
    const { instance } = this.#model(id);
    const op = 'best';
    if (scores.length !== owners.length) throw new FoveaError('value', { op, arg: 'the length of windows', got: owners.length, want: scores.length });
    instance.call(op, 'reset');
    const scoresAt = instance.put(op, scores);
    const ownersAt = instance.put(op, owners);
    const at = instance.need(op, op, scoresAt, ownersAt, owners.length, texts);
    return new Float32Array(instance.bytes(at, 4 * texts).slice().buffer);
  }

  #model(id) {
    const model = this.#models.get(id);
    if (!model) throw new FoveaError('closed', { arg: 'model' });
    return model;
  }
}

/** Binds what is prepared and checks its inputs. */
function bound(instance, op, { program, dims, given }) {
  const table = bind(instance, op, program, dims);
  checkInputs(instance, op, program, table, given);
  return { program, table, given };
}

/** Makes the program of a single operation. */
function makeOperation(instance, name, row, attrs, tensors, wanted) {
  const operands = row.operands.map(([operand]) => operand);
  const optional = row.operands.filter((o) => o[1]).map(([operand]) => operand);
  const given = inputs(name, operands, tensors, optional);
  const outputs = wantedOutputs(name, row.outputs, wanted);
  instance.call(name, 'reset');
  instance.post([
    ...operands.flatMap((o) => descriptor(name, o, given.get(o))),
    ...attributes(name, row.attrs, attrs),
  ]);
  const handle = instance.call(name, 'op', row.code, operands.length, row.attrs.length, outputs.mask);
  if (handle === 0) throw instance.failure(name, () => name);
  const program = readProgram(instance, handle);
  const present = operands.filter((o) => given.has(o));
  program.inputs.forEach((p, i) => { p.name = present[i]; });
  program.outputs.forEach((p, i) => { p.name = outputs.names[i]; });
  return { program, dims: [], given };
}

/** The address of a file that ships with the code, or lies in another folder. */
const shipped = (name, folder) => folder ? new URL(name, folder).href : assetURL(name);

/** What a device needs beside its adapter. */
async function deviceFiles(wasmURL) {
  const url = shipped('fovea-wgsl.json', wasmURL);
  const shaders = downloaded(url, { op: 'open' }, ({ bytes }) => {
    const data = decodeJSON(url, joined(bytes));
    if (data.sum !== shadersSum) throw new FoveaError('build', { op: 'open', arg: url, got: data.sum, want: shadersSum });
    return data;
  });
  const [{ Device }, data] = await Promise.all([deviceCode(), shaders]);
  return { Device, shaders: data };
}

/** Whether an adapter only imitates a GPU, slower than the module computes. */
const isSoftware = (adapter) => adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;

function decodeJSON(url, utf8) {
  try {
    return JSON.parse(new TextDecoder().decode(utf8));
  } catch (err) {
    throw new FoveaError('fetch', { op: 'open', arg: url, got: err.message, cause: err });
  }
}

const encodeText = (text) => new TextEncoder().encode(text);

/** Cuts words into groups. */
const groups = (words, width) => Array.from({ length: words.length / width }, (_, i) => words.subarray(i * width, (i + 1) * width));

async function compile(url) {
  return downloaded(url, { op: 'open' }, async ({ bytes }) => {
    const file = joined(bytes);
    const module = await WebAssembly.compile(file).catch((cause) => {
      throw new FoveaError('compile', { op: 'open', arg: url, got: impostor(file) === 'HTML' ? 'it is HTML' : cause.message, cause });
    });
    checkBuild(module, url);
    return module;
  });
}

/** Refuses a module that this script does not go with. */
function checkBuild(module, arg) {
  const got = Instance.buildOf(module);
  if (got !== build) throw new FoveaError('build', { op: 'open', arg, got, want: build });
}

function readCard(metadata) {
  try {
    return { ...JSON.parse(metadata['fovea.card']) };
  } catch (err) {
    throw new FoveaError('file', { op: 'load', arg: 'fovea.card', got: `fovea.card: ${err.message}`, cause: err });
  }
}

/**
 * Refuses a program whose name another one has, and one of which two inputs or
 * outputs, or two dimensions, have one name: callers know them by nothing else.
 */
function checkNames(tensor, { name, inputs, outputs, dims }, programs) {
  const twice = (all) => all.find((a, i) => all.findIndex((b) => b.name === a.name) < i);
  const refuse = (what, given) => { if (given) throw damaged(tensor, `two ${what} are called ${JSON.stringify(given.name)}`); };
  refuse('programs', programs.get(name));
  refuse('inputs or outputs', twice([...inputs, ...outputs]));
  refuse('dimensions', twice(dims));
}

const kindOf = (name) => name.startsWith('program.') ? 'program' : name === 'tokenizer' ? 'tokenizer' : 'weight';

/** Loads one tensor of a file and returns its handle; 0 if no program wants it. */
function loadEntry(instance, { name, dtype, bytes }) {
  const op = 'load';
  const nameLen = instance.postName(op, name);
  const at = instance.call(op, 'load', KINDS[kindOf(name)], DTYPES[dtype] ?? 0, nameLen, bytes.length);
  if (at === 0) {
    const error = instance.failure(op);
    if (error) throw error;
    return 0;
  }
  instance.bytes(at, bytes.length).set(bytes);
  return instance.need(op, 'seal');
}

const describe = ({ name, dims, inputs, outputs }) => ({ name, dims, inputs: inputs.map(port), outputs: outputs.map(port) });
const port = ({ name, dtype, shape }) => ({ name, dtype, shape });
