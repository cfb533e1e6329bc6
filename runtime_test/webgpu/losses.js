// Devices that are destroyed in the middle of work: no run may be lost or wrong.
import { answer, check, file, hook, keys, openHere, same, unhook } from './rig.js';

const TIMES = 10;
const RUNS = 3; // of a runtime

/** Calls then(device) at call number at of a method of WebGPU. */
function strike(prototype, method, at, when) {
  let device;
  let calls = 0;
  hook(GPUAdapter.prototype, 'requestDevice', (original) => async function (...args) {
    device = await original.apply(this, args);
    return device;
  });
  hook(prototype, method, (original) => function (...args) {
    const now = ++calls === at;
    if (now && when === 'before') device.destroy();
    const result = original.apply(this, args);
    if (now && when === 'after') device.destroy();
    return result;
  });
  return () => calls >= at;
}

// The model has 20 weights of which int8 ones are two tensors; then come a program's parameters and each run's inputs.
const moments = {
  'during upload': (i) => strike(GPUQueue.prototype, 'writeBuffer', 1 + 5 * i, i % 2 ? 'before' : 'after'),
  'before submit': (i) => strike(GPUQueue.prototype, 'submit', 1 + i % RUNS, 'before'),
  'after submit': (i) => strike(GPUQueue.prototype, 'submit', 1 + i % RUNS, 'after'),
  'during map': (i) => strike(GPUBuffer.prototype, 'mapAsync', 1 + i % RUNS, 'after'),
};

/** Runs a program a few times; returns how many runs fell back. */
async function survive(struck, tolerance) {
  const { rt, warnings } = await openHere();
  check(rt.backend === 'webgpu', `computes on ${rt.backend} from the start`);
  const session = (await rt.load(file.slice())).session();
  for (let run = 0; run < RUNS; run++) {
    const inputs = keys(3 + run, run);
    same(await session.run('centre', inputs), await answer('centre', inputs), tolerance);
  }
  const { fallbacks, backend } = await rt.stats();
  check(struck(), 'the device was never destroyed');
  check(fallbacks === 0 || warnings.length === 1, `${fallbacks} runs fell back with ${warnings.length} warnings: ${warnings}`);
  // Firefox does not tell of a loss while a buffer is being mapped.
  check(fallbacks > 0 || backend === 'wasm', 'no run fell back, and the runtime says that it computes on the device');
  rt.close();
  return fallbacks;
}

/** Destroys a device ten times at each moment; tells how many runtimes fell back, and what went wrong. */
export async function losses() {
  const all = {};
  const { rt } = await openHere();
  const tolerance = (await rt.stats()).adapter.f16 ? 1e-2 : 1e-4;
  rt.close();
  for (const [moment, arm] of Object.entries(moments)) {
    all[moment] = { fellBack: 0, wrong: [] };
    for (let i = 0; i < TIMES; i++) {
      try {
        if (await survive(arm(i), tolerance) > 0) all[moment].fellBack++;
      } catch (err) {
        all[moment].wrong.push(`time ${i}: ${err.message}\n${err.stack}`);
      } finally {
        unhook();
      }
    }
  }
  return all;
}
