// The rows of the table: what is computed, by whom, and what it must be. A row gives its contenders, ours and the peers', and how
// a fresh instance of ours is made.
import { readSafetensors } from '/js/safetensors.js';

import { half, random } from './layout.js';
import { BENCH, compiled, fresh, resident } from './ours.js';
import * as reference from './reference.js';

export const VARIANTS = ['simd', 'relaxed'];

const F32_TOLERANCE = 1e-4; // of the greatest distance, relative to the root mean square
const INT8_TOLERANCE = 0.05; // activations are rounded to int8

/**
 * A row's works.
 * @typedef {object} Contender
 * @property {string} who
 * @property {string} how
 * @property {string} [variant] of ours
 * @property {boolean} [copies] it only copies what others of the same who compute with
 * @property {() => void|Promise<void>} run
 * @property {() => Float32Array|Promise<Float32Array>} [result]
 * @property {() => void} [close]
 * @typedef {object} Row
 * @property {Contender[]} contenders
 * @property {(variant: string) => Promise<number>} first milliseconds of the first run in a fresh instance
 * @property {{index: number, want: number}[]} samples of the result
 * @property {number} tolerance
 * @property {() => void} [before] what is done before every run, outside the timing
 * @property {number} [bytes] that a run reads, if that is what counts
 */

/**
 * Ours in both variants, and fresh ones. `start` runs it with a core and gives its result first; `beside` gives a contender in
 * an instance of ours.
 */
async function ours(how, start, { training, folder, beside, peers = [], samples, tolerance = F32_TOLERANCE }) {
  const contenders = [];
  for (const variant of VARIANTS) {
    const instance = resident(await compiled(variant, { training, folder }), start);
    check(`${how}, ${variant}, first run`, samples, instance.outputs, tolerance);
    contenders.push({ who: 'fovea', how, variant, run: instance.run, result: () => main(instance.result()) });
    if (beside) contenders.push(beside(variant, instance));
  }
  const first = async (variant) => {
    const { outputs, first } = resident(await fresh(variant, { training, folder }), start);
    check(`${how}, ${variant}, fresh`, samples, outputs, tolerance);
    return first;
  };
  return { contenders: [...contenders, ...peers], first, samples, tolerance };
}

const main = (outputs) => Object.values(outputs)[0].data;

function check(what, samples, outputs, tolerance) {
  const d = reference.distance(samples, main(outputs));
  if (!(d <= tolerance)) throw new Error(`${what}: ${d} away from the reference, at most ${tolerance}`);
}

/** A model file of one program `multiply` with its weights, as Go has written it. */
async function product(weights) {
  const file = new Uint8Array(await (await fetch(`/.build/bench/${weights}.safetensors`)).arrayBuffer());
  const entries = Object.fromEntries(readSafetensors(file).entries.map((e) => [e.name, e]));
  const ids = new WeakMap(); // of the model in a core
  const start = (x, m, k) => (core) => {
    if (!ids.has(core)) ids.set(core, core.loadSync(file).id);
    return core.run(ids.get(core), 'multiply', {}, { x: { shape: [m, k], data: x } });
  };
  return { entries, start };
}

const floats = ({ bytes }) => new Float32Array(bytes.slice().buffer);
const halves = ({ bytes }) => Float32Array.from(new Uint16Array(bytes.slice().buffer), half);

async function matmul(peers) {
  const size = 512;
  const { entries, start } = await product('f32');
  const c = { a: random(size * size), b: floats(entries.w), m: size, k: size, n: size };
  const samples = reference.product(c.a, c.b, size, size, size);
  return ours('matmul, w a weight', start(c.a, size, size), { samples, peers: await all(peers, 'matmul', c) });
}

/** What every peer that has it makes of a work. */
async function all(peers, work, c) {
  const contenders = [];
  for (const peer of peers) contenders.push(...await peer[work]?.(c) ?? []);
  return contenders;
}

const HEADS = 12;
const DIM = 64;

function operands({ tokens, keys = tokens, heads = HEADS, kvHeads = heads, causal = false }) {
  const [q, k, v] = [heads * tokens, kvHeads * keys, kvHeads * keys].map((rows) => random(rows * DIM, 2));
  return { q, k, v, tokens, keys, heads, kvHeads, dim: DIM, causal };
}

const attributes = ({ heads, kvHeads, dim, causal }) => ({
  heads, dim, vdim: dim, q_col: 0, k_col: 0, v_col: 0, scale: 1 / Math.sqrt(dim), kv_heads: kvHeads, causal: causal ? 1 : 0,
});

const tensors = ({ q, k, v, tokens, keys, heads, kvHeads, dim }) => ({
  q: { shape: [1, heads, tokens, dim], data: q },
  k: { shape: [1, kvHeads, keys, dim], data: k },
  v: { shape: [1, kvHeads, keys, dim], data: v },
});

const attend = (c) => (core) => core.op('attention', attributes(c), tensors(c));

/** @param {object} shape @param {string[]} [among] names of the peers that take part, all */
const attention = (shape, among) => async (peers) => {
  const c = operands(shape);
  const samples = reference.attention(c);
  const some = peers.filter(({ name }) => among?.includes(name) ?? true);
  return ours('attention', attend(c), { samples, peers: await all(some, 'attention', c) });
};

/**
 * One token's query over the keys and values before it, against a loop that only reads the same bytes: from memory, as in a model
 * whose layers have such a cache each, or from the processor's cache, where it has room for them.
 */
const decode = (before) => async () => {
  const c = operands({ tokens: 1, keys: 4096 });
  const samples = reference.attention(c);
  const row = await ours('attention, one query', attend(c), { samples, folder: BENCH, beside: readLoop(c) });
  return { ...row, before, bytes: c.k.byteLength + c.v.byteLength };
};

/** decode of keys and values in int8 with a scale for each 32, against the same in f32. */
async function decodeInt8() {
  const c = operands({ tokens: 1, keys: 4096 });
  const { q, ...floats } = tensors(c);
  const inputs = { q };
  for (const [name, { shape, data }] of Object.entries(floats)) {
    const elements = Int8Array.from(data, (x) => Math.round(63 * x));
    inputs[name] = { shape, data: new Uint8Array(elements.buffer) };
    inputs[`${name}_scales`] = { shape: [...shape.slice(0, 3), DIM / 32], data: new Uint16Array(data.length / 32).fill(9 << 10) };
    c[name] = Float32Array.from(elements, (x) => x / 64); // the scale is 2⁻⁶
  }
  const peers = [];
  for (const variant of VARIANTS) {
    const { run } = resident(await compiled(variant), attend(c));
    peers.push({ who: `fovea f32, ${variant}`, how: 'attention, one query', run });
  }
  const start = (core) => core.op('attention', attributes(c), inputs);
  return ours('attention, one query', start, { samples: reference.attention(c), peers });
}

const others = new Int32Array(2 ** 25); // 128 MB, more than a processor keeps

/** Changes a word of every 64 bytes of other memory, so that the processor keeps nothing else. */
function evict() {
  for (let i = 0; i < others.length; i += 16) others[i]++;
}

/** The contender that reads the keys and values of an instance. */
const readLoop = ({ k, v }) => (variant, { exports, address }) => ({
  who: `read loop, ${variant}`,
  how: '16 bytes at a time, over the same keys and values',
  run: () => [k, v].forEach((data, i) => exports.benchRead(address(1 + i), data.byteLength)),
});

async function matvec(peers) {
  const size = 2048;
  const { entries: { 'w.q': q, 'w.s': s }, start } = await product('q4');
  const x = random(size);
  const scales = halves(s);
  // Blocks of Q4_0: the low halves of 16 bytes are a block's first 16 elements, less 8.
  const element = (i, j) => {
    const byte = q.bytes[(j * size + (i & ~31)) / 2 + (i & 15)];
    return ((i & 16 ? byte >> 4 : byte & 15) - 8) * scales[(j * size + i) >> 5];
  };
  const b = Float32Array.from({ length: size * size }, (_, i) => element(Math.floor(i / size), i % size));
  const c = { x, bytes: neighbours(q.bytes), scales, b, k: size, n: size };
  const samples = reference.product(x, b, 1, size, size);
  return ours('matmul, w a weight in Q4_0', start(x, 1, size), { samples, tolerance: INT8_TOLERANCE, peers: await all(peers, 'matvec', c) });
}

/** Blocks of Q4_0 with neighbours in one byte, as MatMulNBits has them. */
function neighbours(bytes) {
  const at = (block, i) => (i < 16 ? bytes[block + i] & 15 : bytes[block + i - 16] >> 4);
  return Uint8Array.from(bytes, (_, i) => at(i & ~15, 2 * (i & 15)) | at(i & ~15, 2 * (i & 15) + 1) << 4);
}

/** int8 weights and activations against our own relaxed f32. */
async function int8() {
  const size = 512;
  const { entries: { 'w.q': q, 'w.s': s }, start } = await product('q8');
  const x = random(size * size);
  const scales = halves(s);
  const weights = new Int8Array(q.bytes.slice().buffer);
  const samples = reference.product(x, (i, j) => weights[j * size + i] * scales[(j * size + i) >> 5], size, size, size);
  const { run } = resident(await compiled('relaxed'), (await product('f32')).start(x, size, size));
  const peers = [{ who: 'fovea f32', how: 'matmul 512³, relaxed', run }];
  return ours('matmul, w a weight in Q8_0', start(x, size, size), { samples, tolerance: INT8_TOLERANCE, peers });
}

/** The gradients of attention against its forward run. */
async function backward() {
  const c = operands({ tokens: 512 });
  const dout = random(HEADS * 512 * DIM);
  const forward = [];
  let out;
  for (const variant of VARIANTS) {
    const { outputs, run } = resident(await compiled(variant), attend(c));
    out = outputs.out;
    forward.push({ who: `fovea forward, ${variant}`, how: 'attention', run });
  }
  const { dq, dk, dv } = reference.attentionGradient(c, HEADS - 1, dout);
  const start = (core) => {
    const given = { ...tensors(c), out, dout: { shape: out.shape, data: dout } };
    const { causal, ...attrs } = attributes(c);
    const grads = core.op('attention_grad', attrs, given);
    check('attention_grad, dk', dk, { dk: grads.dk }, F32_TOLERANCE);
    check('attention_grad, dv', dv, { dv: grads.dv }, F32_TOLERANCE);
    return grads;
  };
  return ours('attention_grad', start, { training: true, samples: dq, peers: forward });
}

/** The rows, each a function of the peers. */
export const rows = {
  'matmul 512³': matmul,
  'attention 12×512×64': attention({ tokens: 512 }),
  'attention 12×1024×64': attention({ tokens: 1024 }),
  'causal 12×512×64': attention({ tokens: 512, causal: true }, ['ort', 'jax']),
  'causal 12×1024×64': attention({ tokens: 1024, causal: true }, ['ort', 'jax']),
  'grouped causal 12/4×512×64': attention({ tokens: 512, kvHeads: 4, causal: true }, ['ort']),
  'decode 12×4096×64': decode(evict),
  'decode 12×4096×64, cached': decode(),
  'decode int8 cache 12×4096×64': decodeInt8,
  '4-bit matvec 2048×2048': matvec,
  'int8 matmul 512³': int8,
  'backward 12×512×64': backward,
};

/** Bytes of an instance after attention over one head of so many tokens, its operands and its result among them. */
export async function memory(variant, tokens) {
  const c = operands({ tokens, heads: 1 });
  const { outputs, first, exports } = resident(await compiled(variant), attend(c));
  const samples = reference.attention(c);
  check(`attention over ${tokens} tokens, ${variant}`, samples, outputs, F32_TOLERANCE);
  return { tokens, variant, ms: first, bytes: exports.memory.buffer.byteLength, operands: c.q.byteLength };
}
