// Tensors as callers hand them over, and how they must look.

import { list, own, typedArray } from './check.js';
import { FoveaError, print as printed } from './error.js';

/**
 * @typedef {Float32Array|Int32Array|Uint8Array|Uint16Array} Data a Uint16Array holds the bits of float16
 * @typedef {{dtype?: string, shape?: number[], data: Data}} Tensor
 *   row-major; dtype follows from data, and without a shape there is one axis
 * @typedef {Object<string, Tensor>} Tensors
 */

const ARRAYS = { __proto__: null, f32: Float32Array, i32: Int32Array, u8: Uint8Array, f16: Uint16Array };

/**
 * Returns the tensor with dtype and shape filled in, once they fit its data.
 * @param {string} op
 * @param {string} name
 * @param {Tensor} tensor
 */
export function normalize(op, name, tensor) {
  const t = Object(tensor) === tensor ? own(op, name, tensor) : {};
  const found = typedArray(t.data);
  const dtype = Object.keys(ARRAYS).find((d) => ARRAYS[d].name === found?.name);
  if (!dtype) throw new FoveaError('input-type', { op, arg: name, got: found?.name ?? printed(t.data), want: 'a Float32Array, Int32Array, Uint8Array or Uint16Array' });
  if (t.dtype !== undefined && t.dtype !== dtype) throw new FoveaError('input-type', { op, arg: name, got: `data of ${dtype}`, want: t.dtype });
  const shape = list(op, `${name}.shape`, t.shape ?? [found.length], (_op, _arg, n) => n);
  if (!shape.every((n) => Number.isInteger(n) && n >= 0 && n <= 0xffffffff)) {
    throw new FoveaError('input-shape', { op, arg: name, got: print(shape), want: 'integers that are not negative' });
  }
  const want = shape.reduce((n, d) => n * d, 1);
  if (want !== found.length) throw new FoveaError('input-data', { op, arg: name, got: found.length, want: `${want} for shape ${print(shape)}` });
  return { dtype, shape, data: dataOf(op, name, ARRAYS[dtype], found) };
}

/** The data in an array of our own; a copy where the buffer is shared or has more than it. */
function dataOf(op, name, Data, { buffer, at, bytes, length }) {
  try {
    const whole = buffer instanceof ArrayBuffer && !buffer.resizable && bytes === buffer.byteLength;
    return whole ? new Data(buffer) : new Data(new Uint8Array(buffer, at, bytes).slice().buffer, 0, length);
  } catch {
    throw new FoveaError('input-data', { op, arg: name, got: 'a buffer that is gone', want: length });
  }
}

/** The tensors of a call as {@link normalize} gives them. */
export function tensorsOf(op, tensors) {
  const all = own(op, 'tensors', tensors);
  for (const [name, tensor] of Object.entries(all)) if (tensor !== undefined) all[name] = normalize(op, name, tensor);
  return all;
}

/** A shape as text. */
export const print = (shape) => `[${shape.map(printed).join(' ')}]`;

/** A copy of the elements in little-endian bytes. */
export const fromBytes = (dtype, bytes) => new ARRAYS[dtype](bytes.slice().buffer);
