// Executes cases made by Go (see engine.Case) on the bridge: the same file in a page and in node.
import { FoveaError, open } from '../../js/fovea.js';

/**
 * Makes the function that answers a case with a line of JSON, {"result": …}, or {"broken": "stack"} where the trouble is not
 * Fovea's own error; options are those of open.
 * @param {{options: object, read: (path: string) => Promise<ArrayBuffer>, about: string}} host and, where bytes cannot be
 *   compiled, how else a path's module is had and why bytes are no module
 */
export function makeRunner({ options, read, about, compile = async (path) => WebAssembly.compile(await read(path)), refusal = whyRefused }) {
  let opening; // the promise of runtime
  let runtime;
  const models = new Map();

  const model = async (path) => {
    if (!models.has(path)) models.set(path, await runtime.load(await read(path)));
    return models.get(path);
  };

  const perform = {
    about: async () => ({ about, stats: await runtime.stats() }),
    op: async (c) => ({ outputs: encodeAll(await runtime.op(c.target, c.attrs ?? {}, decodeAll(c.inputs), { outputs: c.wanted })) }),
    run: async (c) => {
      const session = await (await model(c.model)).session();
      return { outputs: encodeAll(await session.run(c.target, decodeAll(c.inputs))) };
    },
    tokenize: async (c) => ({ spans: await (await model(c.model)).tokenize(c.text ?? '') }),
    split: async (c) => ({ spans: (await (await model(c.model)).split(c.text ?? '')).map((s) => ({ id: 0, ...s })) }),
    load: async (c) => {
      await runtime.load(await read(c.model));
      return {};
    },
    validate: async (c) => ({ refused: await refusal(await read(c.model)) }),
    kernels: async (c) => ({ outputs: encodeAll(await runKernels(await compile(c.model), c)) }),
  };

  return async (c) => {
    try {
      runtime = await (opening ??= open(options));
      return JSON.stringify({ result: await perform[c.do](c) });
    } catch (e) {
      if (!(e instanceof FoveaError)) return JSON.stringify({ broken: String(e?.stack ?? e) });
      const words = Object.fromEntries(['code', 'op', 'arg', 'got', 'want', 'message'].map((k) => [k, String(e[k] ?? '')]));
      return JSON.stringify({ result: { failure: words } });
    }
  };
}

/** Tells why the engine refuses a module; nothing if it takes it. */
async function whyRefused(bytes) {
  try {
    await WebAssembly.compile(bytes);
  } catch (e) {
    if (e instanceof WebAssembly.CompileError) return e.message;
    throw e;
  }
}

/**
 * Calls each kernel on the image and gives what it left. Calls before that (rounds - 1 of each kernel) give the engine a reason
 * to compile it again, better; meanwhile it is called on whatever the others left.
 */
async function runKernels(module, { kernels, args, rounds, inputs }) {
  const instance = await WebAssembly.instantiate(module);
  const { memory } = instance.exports;
  const { image } = decodeAll(inputs);
  memory.grow(Math.max(0, (image.data.length - memory.buffer.byteLength) / 65536));
  for (const { name } of kernels) {
    for (let round = 1; round < rounds; round++) instance.exports[name](...args);
  }
  const after = new Uint8Array(memory.buffer);
  const outputs = {};
  for (const { name, digest, nanBits } of kernels) {
    after.set(image.data);
    instance.exports[name](...args);
    if (nanBits) canonicalNaNs(memory.buffer, args[0], nanBits);
    const data = digest ? new Uint8Array(await crypto.subtle.digest('SHA-256', after)) : after.slice(args[0]);
    outputs[name] = { dtype: 'u8', shape: [data.length], data };
  }
  return outputs;
}

/** Writes the canonical NaN over every NaN from an address on. */
function canonicalNaNs(buffer, from, bits) {
  const floats = bits === 32 ? new Float32Array(buffer, from) : new Float64Array(buffer, from);
  for (const [i, v] of floats.entries()) if (Number.isNaN(v)) floats[i] = NaN;
}

const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, f16: Uint16Array };

function decodeAll(tensors) {
  return mapValues(tensors, ({ dtype, shape, data }) => ({
    dtype, shape, data: new arrays[dtype](fromBase64(data).buffer),
  }));
}

function encodeAll(tensors) {
  return mapValues(tensors, ({ dtype, shape, data }) => ({
    dtype, shape, data: toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  }));
}

function mapValues(object, f) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([k, v]) => [k, f(v)]));
}

function fromBase64(text) {
  return Uint8Array.from(atob(text ?? ''), (c) => c.charCodeAt(0));
}

function toBase64(bytes) {
  let s = '';
  for (let i = 0; i < bytes.length; i += 8192) s += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(s);
}
