// onnxruntime-web's side of the table: its WebAssembly backend on one thread. A run copies its operands into its memory and the
// result out of it, which cannot be turned off; what that takes is measured by models that only copy.
import { InferenceSession, Tensor, env } from '/npm/onnxruntime-web/dist/ort.wasm.min.mjs';

import { headsFirst, tokensFirst, transposedHeads } from '../layout.js';
import { model } from './onnx.js';

const who = 'onnxruntime-web';
const TYPES = { Float32Array: 'float32', Uint8Array: 'uint8', Int32Array: 'int32' };

export async function open() {
  Object.assign(env.wasm, { numThreads: 1, proxy: false, wasmPaths: '/npm/onnxruntime-web/dist/' });
  env.logLevel = 'error';
  return { who, version: env.versions.web, settings: 'wasm backend, SIMD, 1 thread, all graph optimisations; copies in and out subtracted' };
}

/** A contender that runs a model; finish makes the result what the reference expects. */
async function contender(how, { finish = (x) => x, ...made }) {
  const bytes = model(made);
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' })
    .catch((err) => { throw new Error(`${who}, ${how}: ${err.message}`); });
  const feeds = Object.fromEntries(Object.entries(made.inputs).map(([name, { data, shape }]) => [name, new Tensor(TYPES[data.constructor.name], data, shape)]));
  return {
    who,
    how,
    run: () => session.run(feeds, ['out']),
    result: async () => finish((await session.run(feeds, ['out'])).out.data),
    close: () => session.release(),
  };
}

/** Contenders of the same operands, with the one that tells what their copies take. */
async function withCopies(inputs, like, all) {
  const nodes = [{ op: 'Identity', inputs: [like] }];
  const contenders = [{ ...await contender('copies of operands and result', { nodes, inputs }), copies: true }];
  for (const [how, made] of all) contenders.push(await contender(how, made));
  return contenders;
}

/** a[m,k]·b[k,n]. */
export function matmul({ a, b, m, k, n }) {
  const inputs = { a: { data: a, shape: [m, k] } };
  const nodes = [{ op: 'MatMul', inputs: ['a', 'b'] }];
  return withCopies(inputs, 'a', [['MatMul, b a constant', { nodes, inputs, weights: { b: { data: b, shape: [k, n] } } }]]);
}

/** Attention with heads first, in every formulation that it has. */
export async function attention(c) {
  const { q, k, v, heads, kvHeads, tokens, dim, causal } = c;
  const shape = [1, heads, tokens, dim];
  const kvShape = [1, kvHeads, tokens, dim];
  const inputs = { q: { data: q, shape }, k: { data: k, shape: kvShape }, v: { data: v, shape: kvShape } };
  const all = [['Attention-23', {
    opset: 23, inputs, nodes: [{ op: 'Attention', inputs: ['q', 'k', 'v'], attrs: { is_causal: { i: causal ? 1 : 0 } } }],
  }]];
  if (kvHeads === heads) all.push(...decomposed(c, inputs), ['MultiHeadAttention', multiHead(c)]);
  else all.push(['GroupQueryAttention', groupQuery(c)]);
  return withCopies(inputs, 'q', all);
}

function decomposed({ k, heads, tokens, dim, causal }, inputs) {
  const microsoft = 'com.microsoft';
  const scale = { data: Float32Array.of(1 / Math.sqrt(dim)), shape: [] };
  const mask = { data: Float32Array.from({ length: tokens * tokens }, (_, i) => i % tokens > Math.floor(i / tokens) ? -Infinity : 0), shape: [tokens, tokens] };
  const weights = causal ? { scale, mask } : { scale };
  const rest = [
    ...(causal ? [{ op: 'Add', inputs: ['scores', 'mask'], outputs: ['masked'] }] : []),
    { op: 'Softmax', inputs: [causal ? 'masked' : 'scores'], outputs: ['weights'], attrs: { axis: { i: 3 } } },
    { op: 'MatMul', inputs: ['weights', 'v'] },
  ];
  const plain = [
    { op: 'MatMul', inputs: ['q', 'k'], outputs: ['products'] },
    { op: 'Mul', inputs: ['products', 'scale'], outputs: ['scores'] },
    ...rest,
  ];
  const fused = [
    { op: 'FusedMatMul', domain: microsoft, inputs: ['q', 'k'], outputs: ['scores'], attrs: { transB: { i: 1 }, alpha: { f: 1 / Math.sqrt(dim) } } },
    ...rest,
  ];
  const columns = { ...inputs, k: { data: transposedHeads(k, heads, tokens, dim), shape: [1, heads, dim, tokens] } };
  return [
    ['MatMul, Mul, Softmax, MatMul; keys transposed beforehand', { inputs: columns, weights, nodes: plain }],
    ['FusedMatMul, Softmax, MatMul', { inputs, weights: causal ? { mask } : {}, nodes: fused }],
  ];
}

function multiHead({ q, k, v, heads, tokens, dim, causal }) {
  const rows = (data) => ({ data: tokensFirst(data, heads, tokens, dim), shape: [1, tokens, heads * dim] });
  const attrs = { num_heads: { i: heads }, unidirectional: { i: causal ? 1 : 0 } };
  return {
    inputs: { q: rows(q), k: rows(k), v: rows(v) },
    nodes: [{ op: 'MultiHeadAttention', domain: 'com.microsoft', inputs: ['q', 'k', 'v'], attrs }],
    finish: (x) => headsFirst(x, heads, tokens, dim),
  };
}

function groupQuery({ q, k, v, heads, kvHeads, tokens, dim }) {
  const rows = (data, n) => ({ data: tokensFirst(data, n, tokens, dim), shape: [1, tokens, n * dim] });
  const inputs = ['q', 'k', 'v', '', '', 'last', 'total'];
  return {
    inputs: { q: rows(q, heads), k: rows(k, kvHeads), v: rows(v, kvHeads) },
    weights: { last: { data: Int32Array.of(tokens - 1), shape: [1] }, total: { data: Int32Array.of(tokens), shape: [] } },
    nodes: [{
      op: 'GroupQueryAttention', domain: 'com.microsoft', inputs, outputs: ['out', 'presentK', 'presentV'],
      attrs: { num_heads: { i: heads }, kv_num_heads: { i: kvHeads } },
    }],
    finish: (x) => headsFirst(x, heads, tokens, dim),
  };
}

/** x[1,k] by 4-bit weights in blocks of 32, as bytes [n, k/32, 16] of neighbours and scales [n, k/32], and by the same in f32. */
export function matvec({ x, bytes, scales, b, k, n }) {
  const inputs = { x: { data: x, shape: [1, k] } };
  const weights = { q: { data: bytes, shape: [n, k / 32, 16] }, s: { data: scales, shape: [n * k / 32] } };
  const bits = (level) => ({
    inputs, weights,
    nodes: [{
      op: 'MatMulNBits', domain: 'com.microsoft', inputs: ['x', 'q', 's'],
      attrs: { K: { i: k }, N: { i: n }, bits: { i: 4 }, block_size: { i: 32 }, accuracy_level: { i: level } },
    }],
  });
  return withCopies(inputs, 'x', [
    ['MatMulNBits, accuracy_level 0', bits(0)],
    ['MatMulNBits, accuracy_level 4 (int8)', bits(4)],
    ['MatMul of f32', { inputs, weights: { b: { data: b, shape: [k, n] } }, nodes: [{ op: 'MatMul', inputs: ['x', 'b'] }] }],
  ]);
}
