// tfjs-wasm's side of the table: operands are in its memory, and results stay there.
import { setWasmPaths, tf } from '/.build/bench/tfjs.js';

import { transposed } from '../layout.js';

const who = 'tfjs-wasm';

export async function open() {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('/npm/@tensorflow/tfjs-backend-wasm/wasm-out/');
  await tf.setBackend('wasm');
  await tf.ready();
  if (!tf.env().getBool('WASM_HAS_SIMD_SUPPORT')) throw new Error(`${who} runs without SIMD`);
  return { who, version: tf.version_core, settings: 'wasm backend, SIMD, 1 thread; operands and results stay in its memory' };
}

/** A contender that keeps operands; work gives tensors, one after another the result. */
function contender(how, operands, work) {
  return {
    who,
    how,
    run: () => tf.dispose(work()),
    result: () => {
      const parts = work();
      const out = Float32Array.from(parts.flatMap((t) => [...t.dataSync()]));
      tf.dispose(parts);
      return out;
    },
    close: () => tf.dispose(operands),
  };
}

/** a[m,k]·b[k,n]. */
export function matmul({ a, b, m, k, n }) {
  const operands = [tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])];
  return [contender('matMul', operands, () => [tf.matMul(...operands)])];
}

/** Attention without mask; tfjs has no attention of its own. */
export function attention(c) {
  return [perHead(c), batched(c)];
}

function perHead({ q, k, v, heads, tokens, dim }) {
  const head = (data, i) => data.subarray(i * tokens * dim, (i + 1) * tokens * dim);
  const operands = Array.from({ length: heads }, (_, i) => [
    tf.tensor2d(head(q, i), [tokens, dim]),
    tf.tensor2d(transposed(head(k, i), tokens, dim), [dim, tokens]),
    tf.tensor2d(head(v, i), [tokens, dim]),
  ]);
  const attend = ([query, keys, values]) => tf.tidy(() => {
    const scores = tf.matMul(tf.mul(query, 1 / Math.sqrt(dim)), keys);
    return tf.matMul(tf.softmax(scores), values);
  });
  return contender('matMul, softmax, matMul, head by head; keys transposed beforehand', operands.flat(), () => operands.map(attend));
}

function batched({ q, k, v, heads, tokens, dim }) {
  const operands = [q, k, v].map((data) => tf.tensor3d(data, [heads, tokens, dim]));
  const [queries, keys, values] = operands;
  return contender('matMul, softmax, matMul, batched', operands, () => [tf.tidy(() => {
    const scores = tf.matMul(tf.mul(queries, 1 / Math.sqrt(dim)), keys, false, true);
    return tf.matMul(tf.softmax(scores), values);
  })]);
}
