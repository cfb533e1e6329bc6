// A crew of workers as a host keeps it, from a thread that never waits: it starts them, talks to the leader, and takes the crew
// apart when a worker is lost.
import { readProgram } from '../../js/program.js';
import { readSafetensors } from '../../js/safetensors.js';

const MAILBOX = 1024;
const ABORTED = 1 << 31;
const KINDS = [['program.', 1], ['tokenizer', 3], ['', 2]]; // by the start of the name
const DTYPES = { F32: 1, I32: 2, U8: 3, F16: 4 };

/**
 * @typedef {{post(message: object): void, kill(): void, lock?: string, watch?(): void}} Hand a worker as the host has it: watch
 *   begins to look for its end, where the host is not told
 * @typedef {(onMessage: (data: object) => void, onLost: () => void) => Hand} Spawn
 */

export class Crew {
  #hands = [];
  #calls = new Map(); // by id: resolve
  #ids = 0;
  #state = 0; // address of the word that abort changes

  /**
   * @param {Spawn} spawn
   * @param {WebAssembly.Module} module
   * @param {number} size workers, the leader included
   * @param {number} maximum of the memory, in pages: 1 GiB
   */
  static async start(spawn, module, size, maximum = 16384) {
    const crew = new Crew();
    crew.memory = new WebAssembly.Memory({ initial: 2, maximum, shared: true });
    for (let i = 0; i < size; i++) await crew.#hire(spawn, module);
    await crew.gather();
    return crew;
  }

  async #hire(spawn, module) {
    const hand = spawn((data) => this.#receive(data), () => this.abort());
    this.#hands.push(hand);
    await this.#ask(hand, { do: 'start', module, memory: this.memory, lock: hand.lock });
    hand.watch?.();
  }

  /** Makes those that are there a crew; none may be following. */
  async gather() {
    this.#state = await this.call('crew', [this.#hands.length]);
    this.following = this.#hands.slice(1).map((hand, i) => this.#ask(hand, { do: 'call', name: 'follow', args: [i + 1] }));
  }

  /** Starts a worker in the place of one that was killed. */
  async replace(index, spawn, module) {
    this.#hands.splice(index, 1);
    await this.#hire(spawn, module);
  }

  #receive({ id, ...answer }) {
    this.#calls.get(id)?.(answer);
    this.#calls.delete(id);
  }

  #ask(hand, request) {
    return new Promise((resolve) => {
      this.#calls.set(++this.#ids, resolve);
      hand.post({ id: this.#ids, ...request });
    });
  }

  /** Calls an export in the leader and returns the whole answer: {result, ms} or {trap}. */
  ask(name, args, times) {
    return this.#ask(this.#hands[0], { do: 'call', name, args, times });
  }

  /** Calls an export that must not fail. */
  async call(name, args) {
    const { result, trap } = await this.ask(name, args);
    if (trap) throw new Error(`${name}: ${trap}`);
    return result;
  }

  async need(name, args) {
    const result = await this.call(name, args);
    if (result === 0) throw new Error(`${name}: error ${this.words(64, 7)}`);
    return result;
  }

  /** What a thread does that must not wait: see Abort in kernels/crew.go. */
  abort() {
    if (!this.#state) return;
    const state = new Int32Array(this.memory.buffer, this.#state, 1);
    Atomics.or(state, 0, ABORTED);
    Atomics.notify(state, 0);
  }

  /** Changes with every barrier and tile. */
  progress() {
    const words = new Int32Array(this.memory.buffer);
    return `${Atomics.load(words, this.#state / 4)}/${Atomics.load(words, this.#state / 4 + 32)}`;
  }

  /** Kills a worker and leaves it to others to find out. */
  kill(index) {
    this.#hands[index].kill();
  }

  /** Ends the crew. The workers leave first, since a browser lets a terminated worker go on for a while. */
  close() {
    this.abort();
    for (const hand of this.#hands) hand.kill();
  }

  words(at, n) { return new Uint32Array(this.memory.buffer, at, n); }
  bytes(at, n) { return new Uint8Array(this.memory.buffer, at, n); }
  text(at, n) { return new TextDecoder().decode(this.bytes(at, n).slice()); }

  /** Loads a model file and returns its programs by name. */
  async load(file) {
    const programs = new Map();
    for (const { name, dtype, bytes } of readSafetensors(file).entries) {
      const utf8 = new TextEncoder().encode(name);
      this.bytes(MAILBOX, utf8.length).set(utf8);
      const [, kind] = KINDS.find(([start]) => name.startsWith(start));
      const at = await this.call('load', [kind, DTYPES[dtype], utf8.length, bytes.length]);
      if (at === 0) continue;
      this.bytes(at, bytes.length).set(bytes);
      const handle = await this.need('seal', []);
      if (kind === 1) programs.set(name.slice('program.'.length), readProgram(this, handle));
    }
    return programs;
  }

  /** Makes a program of one operation of float tensors, each {shape, data}. */
  async op(code, inputs, attrs) {
    const descriptor = (t) => t ? [1, t.shape.length, ...t.shape, ...Array(6 - t.shape.length).fill(0)] : [0, 0xffffffff, 0, 0, 0, 0, 0, 0];
    const words = [...inputs.flatMap(descriptor), ...attrs.flat()];
    this.words(MAILBOX, words.length).set(words);
    const handle = await this.need('op', [code, inputs.length, attrs.length, 1]);
    return readProgram(this, handle);
  }

  /** Binds a program and fills its inputs, typed arrays in its order. */
  async bind(program, dims, data) {
    this.words(MAILBOX, dims.length).set(dims);
    const table = await this.need('bind', [program.handle, dims.length]);
    program.inputs.forEach((p, i) => {
      const { at, n } = this.tensor(table, p);
      this.bytes(at, n).set(new Uint8Array(data[i].buffer));
    });
    return table;
  }

  tensor(table, { index }) {
    const [at, n] = this.words(table + 32 + 48 * index, 2);
    return { at, n };
  }

  /** A copy of the outputs, one after the other. */
  outputs(table, program) {
    return program.outputs.map((p) => {
      const { at, n } = this.tensor(table, p);
      return this.bytes(at, n).slice();
    });
  }
}
