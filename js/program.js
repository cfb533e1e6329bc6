// Reading a program as far as a host needs it: the names of its dimensions,
// inputs and outputs. The module has verified it, so that every offset holds.
// The layout stands in wasm/program/format.go.

import { dtypes, ops } from './ops_gen.js';

const CONST = 0;
const DIM = 1;
const COMPOUND = { 2: (a, b) => `(${a}+${b})`, 3: (a, b) => `${a}*${b}`, 4: (a, b) => `ceil(${a}/${b})` };
const MAX_TEXT = 200; // of an expression: a chain of doublings would grow exponentially
const INPUT = 2;
const OUTPUT = 3;
const TENSOR_WORDS = 16;

/**
 * @typedef {{name: string, min: number, max: number}} Dim
 * @typedef {{name: string, dtype: string, shape: string[]}} Port
 *   shape has an axis a string: a number, a dimension or an expression of them
 * @typedef {{name: string, dims: Dim[], inputs: Port[], outputs: Port[]}} Program
 */

/**
 * Reads the program at handle. Its ports carry, beside what callers see, the
 * tensor's index.
 * @param {import('./instance.js').Instance} instance
 */
export function readProgram(instance, handle) {
  const h = instance.words(handle, 20);
  const name = (at, n) => instance.text(handle + h[5] + at, n);
  const dims = Array.from({ length: h[7] }, (_, i) => {
    const [at, n, min, max] = instance.words(handle + h[8] + 16 * i, 4);
    return { name: name(at, n), min, max };
  });
  const texts = [];
  for (let i = 0; i < h[9]; i++) {
    const [kind, a, b] = instance.words(handle + h[10] + 12 * i, 3);
    const text = kind === CONST ? `${a}` : kind === DIM ? dims[a].name : COMPOUND[kind](texts[a], texts[b]);
    texts.push(text.length > MAX_TEXT ? '…' : text);
  }
  const ports = { [INPUT]: [], [OUTPUT]: [] };
  for (let index = 0; index < h[11]; index++) {
    const t = instance.words(handle + h[12] + 4 * TENSOR_WORDS * index, TENSOR_WORDS);
    const shape = Array.from(t.subarray(5, 5 + t[4]), (e) => texts[e]);
    ports[t[2]]?.push({ index, name: name(t[0], t[1]), dtype: dtypes[t[3]], shape });
  }
  return { handle, name: name(h[16], h[17]), dims, inputs: ports[INPUT], outputs: ports[OUTPUT] };
}

/** The names of the operations of the program at handle, in order. */
export function operationNames(instance, handle) {
  const header = instance.words(handle, 20);
  let at = handle + header[14];
  return Array.from({ length: header[13] }, () => {
    const [code, operands, outputs, attrs] = instance.words(at, 4);
    at += 4 * (4 + operands + outputs + 2 * attrs);
    return Object.keys(ops).find((name) => ops[name].code === code) ?? `operation ${code}`;
  });
}

/** The name of operation index of the program at handle, '' for no operation. */
export const operationAt = (instance, handle, index) => operationNames(instance, handle)[index] ?? '';
