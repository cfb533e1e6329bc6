// Running a program in an instance: its inputs checked, its dimensions found,
// its outputs copied.

import { FoveaError } from './error.js';
import { FLOAT } from './instance.js';
import { acts, dtypes, kinds } from './ops_gen.js';
import { operationAt } from './program.js';
import { fromBytes, normalize, print } from './tensor.js';

const ABSENT = [0, 0xffffffff, 0, 0, 0, 0, 0, 0]; // the descriptor of an operand that is left out

/** Checks that exactly the tensors wanted are there, and each of them. */
export function inputs(op, wanted, tensors, optional = []) {
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
export function deduce(program, dim, given) {
  for (const { name, shape } of program.inputs) {
    const axis = shape.indexOf(dim.name);
    if (axis >= 0 && given.get(name).shape.length === shape.length) return given.get(name).shape[axis];
  }
  const named = program.inputs.find((p) => p.shape.includes(dim.name));
  if (!named) throw new FoveaError('dim-unset', { op: program.name, arg: dim.name });
  throw new FoveaError('input-shape', { op: program.name, arg: named.name, got: print(given.get(named.name).shape), want: print(named.shape) });
}

/** Binds the program to the dimensions and returns the address of its table. */
export function bind(instance, op, program, dims) {
  instance.post(dims);
  const table = instance.call(op, 'bind', program.handle, dims.length);
  if (table === 0) throw instance.failure(op, (i) => operationAt(instance, program.handle, i));
  return table;
}

/** The address, size and shape of a program's input or output in a bound table. */
function bound(instance, table, { index }) {
  const [addr, bytes, , rank, ...shape] = instance.words(table + 32 + 48 * index, 10);
  return { addr, bytes, shape: shape.slice(0, rank) };
}

/** Checks the inputs against what the program is bound to. */
export function checkInputs(instance, op, program, table, given) {
  for (const p of program.inputs) {
    const { dtype, shape } = given.get(p.name);
    const want = bound(instance, table, p).shape;
    if (dtype !== p.dtype) throw new FoveaError('input-type', { op, arg: p.name, got: dtype, want: p.dtype });
    if (print(shape) !== print(want)) throw new FoveaError('input-shape', { op, arg: p.name, got: print(shape), want: print(want) });
  }
}

/** Fills the checked inputs, runs in the module and copies the outputs. */
export function compute(instance, op, program, table, given) {
  for (const p of program.inputs) {
    const { addr, bytes } = bound(instance, table, p);
    const { data } = given.get(p.name);
    instance.bytes(addr, bytes).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  if (instance.call(op, 'run', table) !== 0) throw instance.failure(op, (i) => operationAt(instance, program.handle, i));
  return Object.fromEntries(program.outputs.map((p) => {
    const { addr, bytes, shape } = bound(instance, table, p);
    return [p.name, { dtype: p.dtype, shape, data: fromBytes(p.dtype, instance.bytes(addr, bytes)) }];
  }));
}

/** The words that describe an operand to the module's op. */
export function descriptor(op, name, tensor) {
  if (!tensor) return ABSENT;
  const { dtype, shape } = tensor;
  if (shape.length > 6) throw new FoveaError('input-shape', { op, arg: name, got: print(shape), want: 'at most 6 axes' });
  return [dtypes.indexOf(dtype), shape.length, ...shape, ...Array(6 - shape.length).fill(0)];
}

/**
 * The outputs that are computed, in the table's order: those that always are
 * and, of the optional ones, the wanted.
 * @returns {{names: string[], mask: number}}
 */
export function wantedOutputs(op, rows, wanted = []) {
  const all = rows.map(([name]) => name);
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new FoveaError('unknown', { op, arg: unknown, want: all.join(', ') });
  const takes = ([name, optional]) => !optional || wanted.includes(name);
  return { names: rows.filter(takes).map(([name]) => name), mask: rows.reduce((mask, row, i) => takes(row) ? mask | 1 << i : mask, 0) };
}

/**
 * The attributes as tag and bits, from rows [name, 1 if it can be left out,
 * kind]; tag 0 leaves one out. The module judges the values.
 */
export function attributes(op, rows, attrs = {}) {
  for (const name of Object.keys(attrs)) {
    if (!rows.some((r) => r[0] === name)) throw new FoveaError('unknown', { op, arg: name, want: rows.map((r) => r[0]).join(', ') });
  }
  return rows.flatMap(([name, optional, kind]) => {
    const given = Object.hasOwn(attrs, name) ? attrs[name] : undefined;
    if (given === undefined) {
      if (!optional) throw new FoveaError('missing', { op, arg: name });
      return [0, 0];
    }
    const [tag, want] = kinds[kind];
    const value = acts.includes(given) ? acts.indexOf(given) : typeof given === 'boolean' ? Number(given) : given;
    const fits = typeof value === 'number' && (tag === FLOAT || value === (value | 0));
    if (!fits) throw new FoveaError('value', { op, arg: name, got: given, want });
    return [tag, tag === FLOAT ? new Uint32Array(Float32Array.of(value).buffer)[0] : value];
  });
}
