// Tensors as callers hand them over, and how they must look.

import { FoveaError } from './error.js';

/**
 * @typedef {Float32Array|Int32Array|Uint8Array|Uint16Array} Data a Uint16Array holds the bits of float16
 * @typedef {{dtype?: string, shape?: number[], data: Data}} Tensor
 *   row-major; dtype follows from data, and without a shape there is one axis
 * @typedef {Object<string, Tensor>} Tensors
 */

const ARRAYS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, f16: Uint16Array };

/**
 * Returns the tensor with dtype and shape filled in, once they fit its data.
 * @param {string} op
 * @param {string} name
 * @param {Tensor} tensor
 */
export function normalize(op, name, tensor) {
  const data = tensor?.data;
  const dtype = Object.keys(ARRAYS).find((d) => data instanceof ARRAYS[d]);
  if (!dtype) throw new FoveaError('input-type', { op, arg: name, got: kindOf(data), want: 'a Float32Array, Int32Array, Uint8Array or Uint16Array' });
  if (tensor.dtype && tensor.dtype !== dtype) throw new FoveaError('input-type', { op, arg: name, got: `data of ${dtype}`, want: tensor.dtype });
  const shape = Array.from(tensor.shape ?? [data.length]);
  if (!shape.every((n) => Number.isInteger(n) && n >= 0 && n <= 0xffffffff)) {
    throw new FoveaError('input-shape', { op, arg: name, got: print(shape), want: 'integers that are not negative' });
  }
  const want = shape.reduce((n, d) => n * d, 1);
  if (want !== data.length) throw new FoveaError('input-data', { op, arg: name, got: data.length, want: `${want} for shape ${print(shape)}` });
  return { dtype, shape, data };
}

const kindOf = (v) => v?.constructor?.name ?? 'nothing';

/** A shape as text. */
export const print = (shape) => `[${shape.join(' ')}]`;

/** A copy of the elements in little-endian bytes. */
export const fromBytes = (dtype, bytes) => new ARRAYS[dtype](bytes.slice().buffer);
