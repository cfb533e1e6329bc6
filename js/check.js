// What callers hand over, read once and without trust: own properties only,
// typed arrays by what they are and not by what they say. Whatever is wrong is
// a FoveaError that names the argument, what it was and what is taken.

import { FoveaError, print } from './error.js';

const refuse = (op, arg, got, want, cause) => { throw new FoveaError('value', { op, arg, got: print(got), want, cause }); };

/** What read gives, which calls a caller's getters. */
function reading(op, arg, got, want, read) {
  try {
    return read();
  } catch (err) {
    if (err instanceof FoveaError) throw err;
    return refuse(op, arg, got, want, err);
  }
}

/** The own properties of a plain object, none where there is no object at all. */
export function own(op, arg, given) {
  if (given === undefined) return { __proto__: null };
  if (given === null || typeof given !== 'object') refuse(op, arg, given, 'an object');
  return reading(op, arg, given, 'an object', () => ({ __proto__: null, ...given }));
}

const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted').get;

/** The options of a call: own ones, of which signal and onProgress are what they should be. */
export function options(op, given) {
  const o = own(op, 'options', given);
  o.signal ??= undefined;
  if (o.signal !== undefined) reading(op, 'signal', o.signal, 'an AbortSignal', () => isAborted.call(o.signal));
  const { onProgress } = o;
  if (onProgress !== undefined) {
    if (typeof onProgress !== 'function') refuse(op, 'onProgress', onProgress, 'a function');
    o.onProgress = (progress) => reading(op, 'onProgress', onProgress, 'a function that does not throw', () => onProgress(progress));
  }
  return o;
}

/** instanceof, also of a proxy that does not want to be asked. */
export function isA(v, Class) {
  try {
    return v instanceof Class;
  } catch {
    return false;
  }
}

/** A string, and nothing that could be made one. */
export function string(op, arg, given) {
  return typeof given === 'string' ? given : refuse(op, arg, given, 'a string');
}

/** A whole number. */
export function whole(op, arg, given, least = 0, most = 0xffffffff) {
  return Number.isInteger(given) && given >= least && given <= most ? given : refuse(op, arg, given, `${least}..${most}`);
}

/** A number in least to most, which NaN is not. */
export function number(op, arg, given, least, most) {
  return typeof given === 'number' && given >= least && given <= most ? given : refuse(op, arg, given, `${least} to ${most}`);
}

const getters = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(Uint8Array.prototype));

/** Name, buffer and place of a typed array of any realm or subclass; nothing for what is none. */
export function typedArray(v) {
  const name = getters[Symbol.toStringTag].get.call(v);
  const [buffer, at, bytes, length] = name ? ['buffer', 'byteOffset', 'byteLength', 'length'].map((n) => getters[n].get.call(v)) : [];
  return name && { name, buffer, at, bytes, length };
}

const MOST = 1 << 24; // elements of a list

/** A copy of an array, a typed array or what is like one, each element as check gives it. */
export function list(op, arg, given, check) {
  if (given === null || typeof given !== 'object') refuse(op, arg, given, 'an array');
  return reading(op, arg, given, 'an array', () => {
    const n = whole(op, `${arg}.length`, typedArray(given)?.length ?? given.length, 0, MOST);
    const copy = [];
    for (let i = 0; i < n; i++) copy.push(check(op, `${arg}[${i}]`, given[i]));
    return copy;
  });
}

/** Counts as words. */
export const counts = (op, arg, given) => Uint32Array.from(list(op, arg, given, whole));

const anyNumber = (op, arg, given) => typeof given === 'number' ? given : refuse(op, arg, given, 'a number');

/** Numbers, NaN among them. */
export const numbers = (op, arg, given) => Float32Array.from(list(op, arg, given, anyNumber));

/** Attributes: names and numbers, which the operation judges. */
export function attributesOf(op, given) {
  const attrs = own(op, 'attrs', given);
  for (const [name, v] of Object.entries(attrs)) {
    if (v !== undefined && !['number', 'string', 'boolean'].includes(typeof v)) refuse(op, name, v, 'a number or a name');
  }
  return attrs;
}
