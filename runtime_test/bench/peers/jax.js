// jax-js's side of the table: operands are in its memory, and results stay there. It is imported where the page has hidden
// SharedArrayBuffer, without which it computes on one thread.
import { defaultDevice, init, jit, nn, numpy as np } from '/npm/@jax-js/jax/dist/index.js';

import { headsFirst, tokensFirst, transposedHeads } from '../layout.js';

const who = 'jax-js';

export async function open() {
  if ('SharedArrayBuffer' in globalThis) throw new Error(`${who} would take threads`);
  await init('wasm');
  defaultDevice('wasm');
  const { version } = await (await fetch('/npm/@jax-js/jax/package.json')).json();
  return { who, version, settings: 'wasm backend, SIMD, 1 thread; operands and results stay in its memory' };
}

/** A contender that applies a function, compiled by jit, to operands that it keeps. */
function contender(how, operands, f, finish = (x) => x) {
  const compiled = jit(f);
  const apply = () => compiled(...operands.map((x) => x.ref));
  return {
    who,
    how,
    run: async () => {
      const out = apply();
      await out.blockUntilReady();
      out.dispose();
    },
    result: async () => finish(await apply().data()),
    close: () => {
      for (const x of operands) x.dispose();
      compiled.dispose();
    },
  };
}

const array = (data, shape) => np.array(data, { shape });

/** a[m,k]·b[k,n]. */
export function matmul({ a, b, m, k, n }) {
  return [contender('matmul, jit', [array(a, [m, k]), array(b, [k, n])], (x, y) => np.matmul(x, y))];
}

/** Attention, causal or not. */
export function attention({ q, k, v, heads, tokens, dim, causal }) {
  const rows = [q, k, v].map((data) => array(tokensFirst(data, heads, tokens, dim), [1, tokens, heads, dim]));
  const own = contender('nn.dotProductAttention, jit', rows,
    (x, y, z) => nn.dotProductAttention(x, y, z, { isCausal: causal }), (out) => headsFirst(out, heads, tokens, dim));
  if (causal) return [own];
  const shape = [heads, tokens, dim];
  const operands = [array(q, shape), array(transposedHeads(k, heads, tokens, dim), [heads, dim, tokens]), array(v, shape)];
  return [own, contender('matmul, softmax, matmul, jit; keys transposed beforehand', operands,
    (x, y, z) => np.matmul(nn.softmax(np.matmul(x, y).mul(1 / Math.sqrt(dim)), -1), z))];
}
