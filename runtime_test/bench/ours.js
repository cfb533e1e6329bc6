// Our side of the table: operations in instances of the shipped modules, whose operands stay in the module's memory, as in the
// peers', between runs.
import { Core } from '/js/core.js';

const { Instance } = WebAssembly;

/**
 * An operation that can be run again.
 * @typedef {object} Resident
 * @property {Object<string, {data: Float32Array}>} outputs of its first run
 * @property {number} first milliseconds that took
 * @property {() => void} run runs it again with the same operands
 * @property {() => Object<string, {data: Float32Array}>} result runs it once more, for its outputs
 * @property {() => number} bytes of its memory
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
    return { outputs, first: seen.ms, run: () => again(seen), result: () => start(core), bytes: () => seen.exports.memory.buffer.byteLength };
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

const pathOf = (variant, training) => `/wasm/${training ? 'train' : 'infer'}-${variant}.wasm`;

/** The shipped module. */
export const compiled = async (variant, training) => WebAssembly.compile(await bytes(pathOf(variant, training)));

/**
 * The shipped module as the engine has never met it: a custom section makes its bytes new, for engines keep the code of bytes that
 * they know.
 */
export async function fresh(variant, training) {
  const salt = crypto.getRandomValues(new Uint8Array(8));
  const section = new Uint8Array([0, 11, 2, 0x69, 0x64]);
  return WebAssembly.compile(await new Blob([await bytes(pathOf(variant, training)), section, salt]).arrayBuffer());
}

/** A module's memory that holds data, and the loop that reads it. */
export async function readLoop(data) {
  const exports = new Instance(await WebAssembly.compile(await bytes('/.build/bench/infer-simd.wasm'))).exports;
  const size = data.reduce((n, d) => n + d.byteLength, 0);
  const start = exports.alloc(size);
  let at = start;
  for (const d of data) {
    new Float32Array(exports.memory.buffer, at, d.length).set(d);
    at += d.byteLength;
  }
  return () => exports.benchRead(start, size);
}
