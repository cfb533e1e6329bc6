// What goes wrong, in the same fields and words as Go's wasm.Error.

import { errors } from './ops_gen.js';

const templates = new Map(Object.values(errors));

/**
 * Every failure of this library, except an aborted call's, which rejects with
 * its signal's reason. The message is for people; `code`, `op` and `arg` are
 * stable.
 */
export class FoveaError extends Error {
  /**
   * @param {string} code a name of the error table, such as 'input-shape'
   * @param {{op?: string, arg?: string, got?: string|number, want?: string|number, message?: string, cause?: unknown}} [about]
   *   message stands in for the table's
   */
  constructor(code, { op = '', arg = '', got = '', want = '', message, cause } = {}) {
    super(message ?? words(code, op, arg, got, want), cause === undefined ? undefined : { cause });
    this.name = 'FoveaError';
    /** the kind of failure */
    this.code = code;
    /** what was being done: an operation, a program or a call */
    this.op = op;
    /** the tensor, dimension, operand or attribute at fault, '' if none is */
    this.arg = arg;
    /** what was found */
    this.got = print(got);
    /** what was needed */
    this.want = print(want);
  }

  /** The fields, which survive postMessage as the error itself does not. */
  fields() {
    const { code, op, arg, got, want, message } = this;
    return { code, op, arg, got, want, message };
  }
}

function words(code, op, arg, got, want) {
  const text = fill(templates.get(code) ?? code, { name: JSON.stringify(arg), arg, got: print(got), want: print(want) });
  return `fovea: ${op && op + ': '}${text}`;
}

const MOST = 200; // characters of a value

/** Any value as text, an object by its kind; no getter can prevent it. */
export function print(value) {
  if (typeof value === 'string') return value.length > MOST ? `${value.slice(0, MOST)}…` : value;
  if (value === undefined) return 'nothing';
  if (value === null || typeof value !== 'object' && typeof value !== 'function') return typeof value === 'bigint' ? `${value}n` : String(value);
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return typeof value;
  }
}

/** Fills {name}s in a message of the error table. */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (hole, name) => Object.hasOwn(values, name) ? values[name] : hole);
}

/**
 * Returns err itself if it is a FoveaError, else one that wraps it.
 * @param {unknown} err
 * @param {string} code
 * @param {{op?: string, arg?: string}} [about]
 */
export function wrap(err, code, about) {
  if (err instanceof FoveaError) return err;
  return new FoveaError(code, { ...about, got: err?.message ?? String(err), cause: err });
}
