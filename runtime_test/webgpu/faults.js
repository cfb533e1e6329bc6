// Devices that cannot do a thing: WebAssembly does it, with the same inputs and one warning.
import { answer, answerOp, check, file, hook, hookShaders, hookValue, keys, openHere, same, silence, unhook } from './rig.js';

const row = (n) => ({ x: { shape: [1, n], data: Float32Array.from({ length: n }, (_, i) => Math.sin(i)) } });

/** Opens a runtime and softmaxes twice: checks result, backend, fallbacks and the only warning. */
async function softmaxes({ asked = 'webgpu', backend = 'webgpu', fallbacks = 0, warns, attrs = {} }) {
  const { rt, warnings } = await openHere({ backend: asked });
  for (const n of [5, 7]) same(await rt.op('softmax', attrs, row(n)), await answerOp('softmax', attrs, row(n)));
  const stats = await rt.stats();
  rt.close();
  check(stats.backend === backend && rt.backend === backend, `computes on ${stats.backend}, want ${backend}`);
  check(stats.fallbacks === fallbacks, `${stats.fallbacks} fallbacks, want ${fallbacks}`);
  check(warns ? warnings.length === 1 && warnings[0].includes(warns) : warnings.length === 0, `warnings ${JSON.stringify(warnings)}, want one with ${warns}`);
  return warnings[0] ?? `${stats.dispatches.softmax} dispatches`;
}

/**
 * Softmaxes on a device of which a method never answers, from its nth call on:
 * WebAssembly does it, the device is given up, and nothing waits for it again.
 */
async function silent(object, method, nth = 1, before = 0) {
  silence(object, method, nth);
  const { rt, warnings } = await openHere();
  for (const n of [5, 7, 9]) same(await rt.op('softmax', {}, row(n)), await answerOp('softmax', {}, row(n)));
  const { backend, fallbacks } = await rt.stats();
  rt.close();
  check(backend === 'wasm' && fallbacks === 3 - before, `${fallbacks} fallbacks on ${backend}`);
  check(warnings.length === 1 && warnings[0].includes('did not answer within'), `warnings ${warnings}`);
  return warnings[0];
}

/** n elements of data, again and again. */
function repeated(data, n) {
  const all = new Float32Array(n);
  for (let i = 0; i < n; i += data.length) all.set(data.subarray(0, n - i), i);
  return all;
}

const proofs = {
  'a device that works': () => softmaxes({}),

  'a second run makes nothing new': async () => {
    const calls = {};
    for (const [prototype, ...methods] of [
      [GPUDevice.prototype, 'createBuffer', 'createBindGroup', 'createShaderModule', 'createComputePipelineAsync'],
      [GPUQueue.prototype, 'submit', 'writeBuffer'], [GPUBuffer.prototype, 'mapAsync'],
    ]) {
      for (const method of methods) {
        hook(prototype, method, (original) => function (...args) {
          if (method !== 'submit' || args[0].length > 0) calls[method] = (calls[method] ?? 0) + 1;
          return original.apply(this, args);
        });
      }
    }
    const { rt } = await openHere();
    const session = (await rt.load(file.slice())).session();
    await session.run('centre', keys(3));
    for (const method of Object.keys(calls)) delete calls[method];
    same(await session.run('centre', keys(3, 2)), await answer('centre', keys(3, 2)));
    rt.close();
    const made = JSON.stringify(calls);
    check(made === '{"writeBuffer":2,"submit":1,"mapAsync":1}', `calls ${made}, want two inputs, one submission and one read-back`);
    return made;
  },

  'an adapter that is refused': () => {
    hook(GPU.prototype, 'requestAdapter', () => async () => null);
    return softmaxes({ backend: 'wasm', warns: 'there is no WebGPU adapter' });
  },

  'an adapter whose asking fails': () => {
    hook(GPU.prototype, 'requestAdapter', () => async () => { throw new Error('blocked'); });
    return softmaxes({ backend: 'wasm', warns: 'blocked' });
  },

  'a device that is refused': () => {
    hook(GPUAdapter.prototype, 'requestDevice', () => async () => { throw new DOMException('no more devices', 'OperationError'); });
    return softmaxes({ backend: 'wasm', warns: 'no more devices' });
  },

  'shaders that are not there': () => {
    hookShaders(() => new Response('', { status: 404 }));
    return softmaxes({ backend: 'wasm', warns: '404' });
  },

  'shaders that are no JSON': () => {
    hookShaders(() => new Response('<!doctype html>'));
    return softmaxes({ backend: 'wasm', warns: 'JSON' });
  },

  'shaders of another build': () => {
    hookShaders(async (response) => new Response((await response.text()).replace('"sum":', '"sum":1')));
    return softmaxes({ backend: 'wasm', warns: 'serve the files of one build together' });
  },

  'shaders that do not compile': () => {
    hookShaders(async (response) => new Response((await response.text()).replaceAll('fn main(', 'fn main(,')));
    return softmaxes({ fallbacks: 2, warns: 'WebGPU cannot do this' });
  },

  'an operation without a shader': () => softmaxes({ attrs: { axis_from_last: 1 }, fallbacks: 2, warns: 'there is no shader for this softmax' }),

  'memory that is short': () => {
    hook(GPUDevice.prototype, 'popErrorScope', (original) => async function () {
      return await original.call(this) ?? new GPUOutOfMemoryError('short of memory');
    });
    return softmaxes({ fallbacks: 2, warns: 'short of memory' });
  },

  'a call that the device finds invalid': () => {
    hook(GPUCommandEncoder.prototype, 'copyBufferToBuffer', (original) => function (from, at, to, toAt, size) {
      return original.call(this, from, at, to, toAt + 2, size);
    });
    return softmaxes({ fallbacks: 2, warns: 'WebGPU cannot do this' });
  },

  'a device that looks only when it is given work': async () => {
    const wanted = 25; // nudges
    let nudges = 0;
    let start;
    let enough;
    hook(GPUBuffer.prototype, 'mapAsync', (original) => async function (...args) {
      nudges = 0;
      start = performance.now();
      const given = new Promise((resolve) => {
        enough = resolve;
        setTimeout(resolve, 20_000);
      });
      await original.apply(this, args);
      await given;
    });
    hook(GPUQueue.prototype, 'submit', (original) => function (list) {
      if (list.length === 0 && ++nudges === wanted) enough();
      return original.call(this, list);
    });
    const { rt } = await openHere();
    same(await rt.op('softmax', {}, row(5)), await answerOp('softmax', {}, row(5)));
    const took = performance.now() - start;
    await new Promise((done) => setTimeout(done, 100));
    rt.close();
    check(took > 40, `${wanted} nudges in ${took} ms: want fewer as time goes by`);
    check(nudges === wanted, `${nudges - wanted} nudges when all was done`);
    return `${nudges} nudges in ${Math.round(took)} ms`;
  },

  'a device lost for which nobody answers': async () => {
    let device;
    hook(GPUAdapter.prototype, 'requestDevice', (original) => async function (...args) {
      device = await original.apply(this, args);
      return device;
    });
    hook(GPUBuffer.prototype, 'mapAsync', () => () => {
      device.destroy();
      return new Promise(() => {});
    });
    const { rt, warnings } = await openHere();
    same(await rt.op('softmax', {}, row(5)), await answerOp('softmax', {}, row(5)));
    const { fallbacks, backend } = await rt.stats();
    check(fallbacks === 1 && backend === 'wasm' && warnings.length === 1, `${fallbacks} fallbacks on ${backend}, warnings ${warnings}`);
    rt.close();
    return warnings[0];
  },

  'an adapter that never comes': () => {
    silence(GPU.prototype, 'requestAdapter');
    return softmaxes({ backend: 'wasm', warns: 'did not answer within 10 s' });
  },

  'an adapter that never comes and was not asked for': () => {
    silence(GPU.prototype, 'requestAdapter');
    return softmaxes({ asked: 'auto', backend: 'wasm', warns: 'did not answer within 2 s' });
  },

  'a device that never comes': () => {
    silence(GPUAdapter.prototype, 'requestDevice');
    return softmaxes({ backend: 'wasm', warns: 'did not answer within 10 s' });
  },

  'a shader that is never compiled': () => silent(GPUDevice.prototype, 'createComputePipelineAsync'),

  'errors that are never told': () => silent(GPUDevice.prototype, 'popErrorScope'),

  'a result that never comes': () => silent(GPUBuffer.prototype, 'mapAsync'),

  'a second result that never comes': () => silent(GPUBuffer.prototype, 'mapAsync', 2, 1),

  'an upload that never ends': async () => {
    silence(GPUQueue.prototype, 'onSubmittedWorkDone');
    const { rt, warnings } = await openHere();
    same(await (await rt.load(file.slice())).session().run('centre', keys(3)), await answer('centre', keys(3)));
    const { backend } = await rt.stats();
    check(backend === 'wasm' && warnings.length === 1, `computes on ${backend}, warnings ${warnings}`);
    rt.close();
    return warnings[0];
  },

  'a tensor over the limits': async () => {
    hookValue(GPUSupportedLimits.prototype, 'maxStorageBufferBindingSize', 4096);
    const { rt, warnings } = await openHere();
    for (const n of [1024, 1025, 1024]) same(await rt.op('softmax', {}, row(n)), await answerOp('softmax', {}, row(n)));
    const { fallbacks, dispatches } = await rt.stats();
    check(fallbacks === 1 && dispatches.softmax === 2 && warnings.length === 1, `${fallbacks} fallbacks, ${dispatches.softmax} dispatches, ${warnings}`);
    rt.close();
    return warnings[0];
  },

  'a model that is uploaded in vain': async () => {
    hook(GPUDevice.prototype, 'createBuffer', (original) => function (d) {
      return original.call(this, d.size > 1e6 ? { ...d, size: 2 ** 50 } : d);
    });
    const { rt, warnings } = await openHere();
    const session = (await rt.load(file.slice())).session();
    const inputs = { ids: { shape: [1, 2], data: Int32Array.of(5, 6) }, lengths: { data: Int32Array.of(2) } };
    same(await session.run('encode', inputs), await answer('encode', inputs));
    const { fallbacks } = await rt.stats();
    check(fallbacks === 1 && warnings.length === 1, `${fallbacks} fallbacks, warnings ${warnings}`);
    rt.close();
    return warnings[0];
  },

  'runs of many sizes, at once and again': async () => {
    const { rt, warnings } = await openHere();
    const model = await rt.load(file.slice());
    const sizes = [3, 200, 1, 64, 3, 33, ...Array.from({ length: 20 }, (_, i) => i + 1), 3];
    const all = await Promise.all(sizes.map((n) => model.session().run('centre', keys(n, n))));
    for (const [i, n] of sizes.entries()) same(all[i], await answer('centre', keys(n, n)));
    const { fallbacks, dispatches } = await rt.stats();
    check(fallbacks === 0 && warnings.length === 0, `${fallbacks} fallbacks, warnings ${warnings}`);
    await model.close();
    rt.close();
    return `${dispatches.masked_mean} dispatches of masked_mean`;
  },

  'the most keys that a score takes': async () => {
    const n = 65536;
    const inputs = {
      query: { shape: [1, 512], data: keys(1).keys.data },
      keys: { shape: [n, 512], data: repeated(keys(67).keys.data, 512 * n) },
    };
    const { rt, warnings } = await openHere();
    const { f16 } = (await rt.stats()).adapter;
    const session = (await rt.load(file.slice())).session();
    same(await session.run('score', inputs), await answer('score', inputs), f16 ? 1e-2 : 1e-4);
    const { fallbacks } = await rt.stats();
    check(fallbacks === 0, `${fallbacks} fallbacks: ${warnings}`);
    rt.close();
    return `${n} keys`;
  },
};

/** Makes all proofs: what each said, or what went wrong. */
export async function prove() {
  const all = [];
  for (const [name, proof] of Object.entries(proofs)) {
    const start = performance.now();
    let ok = true;
    let said;
    try {
      said = await proof();
    } catch (err) {
      ok = false;
      said = `${err.message}\n${err.stack}`;
    } finally {
      unhook();
    }
    all.push({ name, ok, said, ms: Math.round(performance.now() - start) });
  }
  return all;
}
