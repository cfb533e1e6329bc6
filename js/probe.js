// Which variant of the module this engine can run. Each probe validates the
// smallest module with one instruction in question; nothing is compiled.

const body = (code, type) => new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
  1, 2 + type.length, 1, 0x60, ...type, // one type
  3, 2, 1, 0, // one function of it
  10, 4 + code.length, 1, 2 + code.length, 0, ...code, 0x0b, // its body
]);

const valid = (code, type) => WebAssembly.validate(body(code, type));

// (module (func (param v128) (result v128)
//   (f32x4.sqrt (local.get 0))))
export const hasSIMD = () => valid([0x20, 0, 0xfd, 0xe3, 1], [1, 0x7b, 1, 0x7b]);

// (module (func (param v128 v128 v128) (result v128)
//   (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2))))
export const hasRelaxedMadd = () =>
  valid([0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 2], [3, 0x7b, 0x7b, 0x7b, 1, 0x7b]);

/** Whether this page or process can have threads: workers that share a memory. */
export const canShareMemory = () => typeof Worker === 'function' && typeof SharedArrayBuffer === 'function'
  && globalThis.crossOriginIsolated !== false; // undefined outside of browsers
