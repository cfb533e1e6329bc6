// Our side of the table: operations in instances of the shipped modules, whose operands stay in the module's memory, as in the
// peers', between runs.
import { Core } from '/js/core.js';

const { Instance } = WebAssembly;

// A bound table: where its tensors begin, and bytes of each. The first word is the address.
const TENSORS = 32;
const TENSOR = 48;

/**
 * An operation that can be run again.
 * @typedef {object} Resident
 * @property {Object<string, {data: Float32Array}>} outputs of its first run
 * @property {number} first milliseconds that took
 * @property {() => void} run runs it again with the same operands
 * @property {() => Object<string, {data: Float32Array}>} result runs it once more, for its outputs
 * @property {WebAssembly.Exports} exports of its instance
 * @property {(index: number) => number} address of an operand
 */

/**
 * Performs start, which runs one operation or program with the core, in a new instance of the module.
 * @param {WebAssembly.Module} module
 * @param {(core: Core) => Object<string, {data: Float32Array}>} start
 * @returns {Resident}
 */
export function resident(module, start) {
  const core = new Core();
  core.openSync({ module });
  const seen = {};
  WebAssembly.Instance = function (...args) {
    const { exports } = new Instance(...args);
    seen.exports = exports;
    return { exports: { ...exports, run: (table) => timed(seen, table) } };
  };
  try {
    const outputs = start(core);
    const { exports, ms } = seen;
    const address = (index) => new Uint32Array(exports.memory.buffer, seen.table + TENSORS + TENSOR * index, 1)[0];
    return { outputs, first: ms, exports, address, run: () => again(seen), result: () => start(core) };
  } finally {
    WebAssembly.Instance = Instance; // jax-js makes instances as it runs
  }
}

function timed(seen, table) {
  const since = performance.now();
  const failed = seen.exports.run(table);
  seen.ms = performance.now() - since;
  seen.table = table;
  return failed;
}

function again({ exports, table }) {
  if (exports.run(table) !== 0) throw new Error('a run failed that has succeeded before');
}

const files = new Map();

async function bytes(path) {
  if (!files.has(path)) files.set(path, await (await fetch(path)).arrayBuffer());
  return files.get(path);
}

/** The folder of the modules with the exports of benchmarks, whose code is else that of the shipped ones. */
export const BENCH = '/.build/bench/';

const pathOf = (variant, { training, folder = '/wasm/' } = {}) => `${folder}${training ? 'train' : 'infer'}-${variant}.wasm`;

/**
 * The shipped module.
 * @param {string} variant
 * @param {{training?: boolean, folder?: string}} [o] which one, from another folder
 */
export const compiled = async (variant, o) => WebAssembly.compile(await bytes(pathOf(variant, o)));

/**
 * The shipped module as the engine has never met it: a custom section makes its bytes new, for engines keep the code of bytes that
 * they know.
 */
export async function fresh(variant, o) {
  const salt = crypto.getRandomValues(new Uint8Array(8));
  const section = new Uint8Array([0, 11, 2, 0x69, 0x64]);
  return WebAssembly.compile(await new Blob([await bytes(pathOf(variant, o)), section, salt]).arrayBuffer());
}
