// The computing side: models in instances of the module. It runs in a worker
// (see worker.js) or inline; everything in and out can be posted.

import { download } from './download.js';
import { FoveaError, wrap } from './error.js';
import { Instance } from './instance.js';
import { acts, ops } from './ops_gen.js';
import { assetURL } from './place.js';
import { operationAt, readProgram } from './program.js';
import { hasRelaxedMadd, hasSIMD } from './probe.js';
import { checkDigest, readSafetensors } from './safetensors.js';
import { fromBytes, normalize, print } from './tensor.js';

const KINDS = { program: 1, weight: 2, tokenizer: 3 };
const DTYPES = { F32: 1, I32: 2, U8: 3, F16: 4 }; // of model files, as codes
const UTF16 = 1; // offsets count UTF-16 units
const PROSE = 2; // white space is joined
const WIDTHS = { tokenize: 3, split: 2 }; // words a token or sentence
const ABSENT = { dtype: 0, rank: 0xffffffff };

export class Core {
  #module;
  #models = new Map(); // by id: {instance, programs}
  #ids = 0;
  #ops; // the instance for single operations

  /**
   * @param {{module?: WebAssembly.Module, wasmURL?: string, variant: string}} o
   * @returns {Promise<string>} the variant
   */
  async open({ module, wasmURL, variant }) {
    if (!hasSIMD()) throw new FoveaError('unsupported', { op: 'open', got: 'this engine', want: 'WebAssembly SIMD' });
    if (variant === 'auto' && !module) variant = hasRelaxedMadd() ? 'relaxed' : 'simd';
    return this.openSync({ module: module ?? await compile(shipped(`infer-${variant}.wasm`, wasmURL)), variant });
  }

  /**
   * open with the compiled module, for a host that may not wait.
   * @param {{module: WebAssembly.Module, variant: string}} o
   */
  openSync({ module, variant }) {
    this.#module = module;
    return variant;
  }

  /**
   * Loads a model file.
   * @param {ArrayBuffer|Uint8Array} buffer
   * @param {(p: {loaded: number, total: number}) => void} progress
   */
  async load(buffer, progress) {
    const file = asBytes(buffer);
    await checkDigest(file, readSafetensors(file).metadata);
    return this.loadSync(file, progress);
  }

  /**
   * load for a host that may not wait. It does not compare the digest, which
   * takes waiting: the caller has done it, see checkDigest.
   */
  loadSync(buffer, progress) {
    const file = asBytes(buffer);
    const { metadata, entries } = readSafetensors(file);
    const card = readCard(metadata);
    const instance = Instance.create(this.#module);
    const programs = new Map();
    let loaded = 0;
    for (const entry of entries) {
      const handle = loadEntry(instance, entry);
      if (handle && kindOf(entry.name) === 'program') {
        const program = readProgram(instance, handle);
        programs.set(program.name, program);
      }
      loaded += entry.bytes.length;
      progress?.({ loaded, total: file.length });
    }
    // A missing weight shows now rather than at the first run.
    for (const p of programs.values()) bind(instance, p.name, p, p.dims.map((d) => d.min));
    const id = ++this.#ids;
    this.#models.set(id, { instance, programs });
    return { id, card, programs: [...programs.values()].map(describe) };
  }

  /** Frees a model. */
  free(id) {
    this.#models.delete(id);
  }

  /** Runs program name of a model; see Session.run. */
  run(id, name, fixed, tensors) {
    const { instance, programs } = this.#model(id);
    const program = programs.get(name);
    if (!program) throw new FoveaError('unknown', { op: 'run', arg: name, want: [...programs.keys()].join(', ') });
    const given = inputs(name, program.inputs.map((p) => p.name), tensors);
    const dims = program.dims.map((d) => fixed[d.name] ?? deduce(program, d, given));
    return execute(instance, name, program, dims, given);
  }

  /** Runs a single operation; see Runtime.op. */
  op(name, attrs, tensors) {
    const row = ops[name];
    if (!row) throw new FoveaError('unknown', { op: 'op', arg: name, want: Object.keys(ops).join(', ') });
    if (!this.#ops || this.#ops.broken) this.#ops = Instance.create(this.#module);
    const instance = this.#ops;
    const operands = row.operands.map(([operand]) => operand);
    const optional = row.operands.filter((o) => o[1]).map(([operand]) => operand);
    const given = inputs(name, operands, tensors, optional);
    instance.call(name, 'reset');
    instance.post([
      ...operands.flatMap((o) => descriptor(name, o, given.get(o))),
      ...attributes(name, row.attrs, attrs),
    ]);
    const handle = instance.call(name, 'op', row.code, operands.length, row.attrs.length, row.outputs.length);
    if (handle === 0) throw instance.failure(name, () => name);
    const program = readProgram(instance, handle);
    const present = operands.filter((o) => given.has(o));
    program.inputs.forEach((p, i) => { p.name = present[i]; });
    program.outputs.forEach((p, i) => { p.name = row.outputs[i]; });
    return execute(instance, name, program, [], given);
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
    const addr = instance.put(op, lengths(op, lens));
    const at = instance.need(op, op, addr, lens.length, count(op, 'maxBatch', maxBatch), count(op, 'maxTokens', maxTokens));
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
    const scoresAt = instance.put(op, Float32Array.from(scores));
    const lensAt = instance.put(op, lengths(op, lens));
    const at = instance.need(op, op, scoresAt, lensAt, lens.length, budget);
    const [k] = instance.words(at, 1);
    return Array.from(instance.words(at + 4, k));
  }

  #model(id) {
    const model = this.#models.get(id);
    if (!model) throw new FoveaError('closed', { arg: 'model' });
    return model;
  }
}

/** The address of a file that ships with the code, or lies in another folder. */
const shipped = (name, folder) => folder ? new URL(name, folder).href : assetURL(name);

const asBytes = (b) => b instanceof Uint8Array ? b : new Uint8Array(b);

const encodeText = (text) => new TextEncoder().encode(text);

/** Cuts words into groups. */
const groups = (words, width) => Array.from({ length: words.length / width }, (_, i) => words.subarray(i * width, (i + 1) * width));

async function compile(url) {
  const { bytes } = await download(url, { op: 'open' });
  return WebAssembly.compile(bytes).catch((err) => { throw wrap(err, 'compile', { op: 'open' }); });
}

function readCard(metadata) {
  try {
    return { ...JSON.parse(metadata['fovea.card']) };
  } catch (err) {
    throw new FoveaError('file', { op: 'load', arg: 'fovea.card', got: `fovea.card: ${err.message}`, cause: err });
  }
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

/** Checks that exactly the tensors wanted are there, and each of them. */
function inputs(op, wanted, tensors, optional = []) {
  const given = new Map();
  for (const [name, tensor] of Object.entries(tensors ?? {})) {
    if (!wanted.includes(name)) throw new FoveaError('unknown', { op, arg: name, want: wanted.join(', ') });
    if (tensor !== undefined) given.set(name, normalize(op, name, tensor));
  }
  for (const name of wanted) {
    if (!given.has(name) && !optional.includes(name)) throw new FoveaError('missing', { op, arg: name });
  }
  return given;
}

/** The value of dimension dim as the first input has it that names it. */
function deduce(program, dim, given) {
  for (const { name, shape } of program.inputs) {
    const axis = shape.indexOf(dim.name);
    if (axis >= 0 && given.get(name).shape.length === shape.length) return given.get(name).shape[axis];
  }
  const named = program.inputs.find((p) => p.shape.includes(dim.name));
  if (!named) throw new FoveaError('dim-unset', { op: program.name, arg: dim.name });
  throw new FoveaError('input-shape', { op: program.name, arg: named.name, got: print(given.get(named.name).shape), want: print(named.shape) });
}

function bind(instance, op, program, dims) {
  instance.post(dims);
  const table = instance.call(op, 'bind', program.handle, dims.length);
  if (table === 0) throw instance.failure(op, (i) => operationAt(instance, program.handle, i));
  return table;
}

/** Binds, fills the inputs, runs and copies the outputs. */
function execute(instance, op, program, dims, given) {
  const table = bind(instance, op, program, dims);
  const tensor = ({ index }) => {
    const [addr, bytes, , rank, ...shape] = instance.words(table + 32 + 48 * index, 10);
    return { addr, bytes, shape: shape.slice(0, rank) };
  };
  for (const p of program.inputs) {
    const { dtype, shape, data } = given.get(p.name);
    const want = tensor(p);
    if (dtype !== p.dtype) throw new FoveaError('input-type', { op, arg: p.name, got: dtype, want: p.dtype });
    if (print(shape) !== print(want.shape)) throw new FoveaError('input-shape', { op, arg: p.name, got: print(shape), want: print(want.shape) });
    instance.bytes(want.addr, want.bytes).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  if (instance.call(op, 'run', table) !== 0) throw instance.failure(op, (i) => operationAt(instance, program.handle, i));
  return Object.fromEntries(program.outputs.map((p) => {
    const { addr, bytes, shape } = tensor(p);
    return [p.name, { dtype: p.dtype, shape, data: fromBytes(p.dtype, instance.bytes(addr, bytes)) }];
  }));
}

/** The words that describe an operand to the module's op. */
function descriptor(op, name, tensor) {
  if (!tensor) return [ABSENT.dtype, ABSENT.rank, 0, 0, 0, 0, 0, 0];
  const { dtype, shape } = tensor;
  if (shape.length > 6) throw new FoveaError('input-shape', { op, arg: name, got: print(shape), want: 'at most 6 axes' });
  return [DTYPES[dtype.toUpperCase()], shape.length, ...shape, ...Array(6 - shape.length).fill(0)];
}

/** The attributes as {tag, bits}, from rows [name, kind]. */
function attributes(op, rows, attrs = {}) {
  for (const name of Object.keys(attrs)) {
    if (!rows.some((r) => r[0] === name)) throw new FoveaError('unknown', { op, arg: name, want: rows.map((r) => r[0]).join(', ') });
  }
  return rows.flatMap(([name, kind]) => {
    let value = attrs[name];
    if (value === undefined) throw new FoveaError('missing', { op, arg: name });
    if (kind === 2) return [2, new Uint32Array(Float32Array.of(value).buffer)[0]];
    if (acts.includes(value)) value = acts.indexOf(value);
    if (!Number.isInteger(value) || value !== (value | 0)) throw new FoveaError('value', { op, arg: name, got: value, want: 'a 32-bit integer' });
    return [1, value];
  });
}

/** Token counts as words. */
const lengths = (op, lens) => Uint32Array.from(lens, (n, i) => count(op, `lens[${i}]`, n));

function count(op, arg, n) {
  if (Number.isInteger(n) && n >= 0 && n <= 0xffffffff) return n;
  throw new FoveaError('value', { op, arg, got: n, want: 'a count' });
}
