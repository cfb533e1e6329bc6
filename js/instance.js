// One instance of the module: its exports, its memory and its error record.
// Addresses are as in kernels/memory.go. Memory can grow in any call, so that
// a view is taken afresh for every use.

import { FoveaError, fill, wrap } from './error.js';
import { dismiss } from './hand.js';
import { dtypes, errors, kinds, ops } from './ops_gen.js';

const MAILBOX = 1024;
const MAILBOX_BYTES = 4096;
const PAGE = 65536;

/** The tag of attributes that are no integers. */
export const FLOAT = 2;

export class Instance {
  #exports;
  #trap; // the error that left the memory in an unknown state
  #shared; // {module, memory, state} of a module for threads; state is 0 before there is a crew

  /**
   * @param {WebAssembly.Module} module
   * @param {number} maxMemory bytes, of a module for threads
   */
  static create(module, maxMemory) {
    const self = new Instance();
    if (isForThreads(module)) self.#shared = { module, memory: reserve(maxMemory), state: 0 };
    self.#exports = new WebAssembly.Instance(module, self.#shared && { env: self.#shared }).exports;
    return self;
  }

  /**
   * The number of a module's build, 'none' of one that is none of ours.
   * @param {WebAssembly.Module} module
   */
  static buildOf(module) {
    try {
      const memory = isForThreads(module) && new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
      return new WebAssembly.Instance(module, { env: { memory } }).exports.build() >>> 0;
    } catch (err) {
      if (err instanceof TypeError || err instanceof WebAssembly.LinkError) return 'none';
      throw wrap(err, 'compile', { op: 'open', arg: 'the module' }); // a policy forbids it only here, in some engines
    }
  }

  /** Makes a crew of so many workers; nobody may be following. */
  gather(workers) {
    this.#shared.state = this.need('threads', 'crew', workers);
  }

  /** What a hand needs to join the crew. */
  get invitation() {
    return this.#shared;
  }

  /** @returns {import('./hand.js').Meeting} */
  get meeting() {
    return { buffer: this.#shared.memory.buffer, state: this.#shared.state };
  }

  /** Ends the crew, if there is one. */
  dismiss() {
    if (this.#shared?.state) dismiss(this.meeting);
  }

  /** Whether a trap has made the instance unusable. */
  get broken() {
    return this.#trap !== undefined;
  }

  /** A view of n bytes at addr, good until the next call. */
  bytes(addr, n) {
    return new Uint8Array(this.#exports.memory.buffer, addr, n);
  }

  /** A view of n words at addr, good until the next call. */
  words(addr, n) {
    return new Uint32Array(this.#exports.memory.buffer, addr, n);
  }

  /** The text of n bytes at addr. */
  text(addr, n) {
    return new TextDecoder().decode(this.bytes(addr, n).slice()); // it takes no shared memory
  }

  /** Writes words to the mailbox. */
  post(words) {
    if (words.length * 4 > MAILBOX_BYTES) throw new FoveaError('name-len', { got: words.length * 4, want: MAILBOX_BYTES });
    this.words(MAILBOX, words.length).set(words);
  }

  /** Writes a name to the mailbox and returns its length in bytes. */
  postName(op, name) {
    const utf8 = new TextEncoder().encode(name);
    if (utf8.length > MAILBOX_BYTES) throw new FoveaError('name-len', { op, got: utf8.length, want: MAILBOX_BYTES });
    this.bytes(MAILBOX, utf8.length).set(utf8);
    return utf8.length;
  }

  /** Copies a typed array to transient memory and returns its address. */
  put(op, data) {
    const addr = this.need(op, 'alloc', data.byteLength);
    this.bytes(addr, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return addr;
  }

  /** Calls an export. A trap makes the instance unusable for good. */
  call(op, name, ...args) {
    if (this.#trap) throw this.#trap;
    try {
      return this.#exports[name](...args) >>> 0;
    } catch (err) {
      this.#trap = new FoveaError('trap', { op, got: err.message, cause: err });
      throw this.#trap;
    }
  }

  /** Calls an export whose result 0 means failure. */
  need(op, name, ...args) {
    const result = this.call(op, name, ...args);
    if (result === 0) throw this.failure(op);
    return result;
  }

  /**
   * The error of the last call, from the error record; null if it has none.
   * @param {string} op what was being done
   * @param {(index: number) => string} [operationName] names an operation of
   *   the program that it was done to; the index may be that of none
   */
  failure(op, operationName) {
    const record = this.words(this.call(op, 'error'), 7);
    return record[0] === 0 ? null : this.describe(record, op, operationName);
  }

  /** The error that the words of an error record stand for; see failure. */
  describe([code, opIndex, argIndex, rawGot, want, nameAt, nameLen], op, operationName = () => '') {
    let [kind, template] = errors[code] ?? [`error-${code}`, `error ${code} {name} {arg}: {got}, {want}`];
    const name = nameAt ? this.text(nameAt, nameLen) : '';
    const operation = operationName(opIndex);
    let operand = operandName(operation, argIndex, template);
    let got = template.includes('{sgot}') ? rawGot | 0 : template.includes('dtype {got}') ? dtypes[rawGot] ?? rawGot : rawGot;
    if (kind === 'attr-value') [operand, got, want] = attributeWords(want, argIndex, rawGot);
    if (argIndex >= ops[operation]?.operands.length) template = template.replace('operand {arg}', 'output {arg}'); // they are numbered together
    let text = fill(template, { arg: operand || argIndex, got, sgot: got, want, name: JSON.stringify(name) });
    if (operation && operation !== op) text = `operation ${opIndex} (${operation}): ${text}`;
    return new FoveaError(kind, { op: operation || op, arg: operand || name, got, want, message: `fovea: ${op}: ${text}` });
  }
}

/** Whether a module is one for threads: those import their memory. */
export const isForThreads = (module) => WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');

/**
 * Makes a shared memory, for which engines reserve addresses up to its
 * maximum. Where there are not so many, it is content with less.
 */
function reserve(bytes) {
  for (let maximum = Math.max(Math.floor(bytes / PAGE), 2); ; maximum >>>= 1) {
    try {
      return new WebAssembly.Memory({ initial: 2, maximum, shared: true });
    } catch (err) {
      if (maximum < 4 || !(err instanceof RangeError)) throw new FoveaError('memory', { op: 'load', got: bytes, cause: err });
    }
  }
}

/** Name, value and what is taken of an attribute of the operation with that code, from the bits of the value. */
function attributeWords(code, index, bits) {
  const [name, , kind] = Object.values(ops).find((row) => row.code === code)?.attrs[index] ?? ['', 0, 1];
  const [tag, want] = kinds[kind];
  return [name, tag === FLOAT ? Number(new Float32Array(Uint32Array.of(bits).buffer)[0].toPrecision(7)) : bits | 0, want];
}

/** The name of an operand or attribute that a message numbers, '' for others. */
function operandName(operation, index, template) {
  const row = ops[operation];
  if (!row) return '';
  if (template.includes('operand {arg}')) return [...row.operands, ...row.outputs][index]?.[0] ?? '';
  if (template.includes('attribute {arg}')) return row.attrs[index]?.[0] ?? '';
  return '';
}
