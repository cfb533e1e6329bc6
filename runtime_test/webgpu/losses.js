// Devices that are destroyed in the middle of work: no run may be lost or wrong.
import { answer, answerOp, check, file, hook, keys, openHere, same, unhook } from './rig.js';

const TIMES = 10;
const RUNS = 3; // of a runtime

/** Destroys the device before or after call number at of a method; the function that it returns tells whether that has been. */
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

const moments = {
  // Of a model with some 50 tensors; then come the parameters and the inputs of runs.
  'during upload': (i) => survive(strike(GPUQueue.prototype, 'writeBuffer', 1 + 5 * i, i % 2 ? 'before' : 'after'), true),
  'before submit': (i) => survive(strike(GPUQueue.prototype, 'submit', 1 + i % RUNS, 'before')),
  'after submit': (i) => survive(strike(GPUQueue.prototype, 'submit', 1 + i % RUNS, 'after')),
  'during map': (i) => survive(strike(GPUBuffer.prototype, 'mapAsync', 1 + i % RUNS, 'after')),
};

/** Runs a model's program, or an operation, a few times; returns how many runs fell back. */
async function survive(struck, ofModel = false) {
  const { rt, warnings } = await openHere();
  check(rt.backend === 'webgpu', `computes on ${rt.backend} from the start`);
  const session = ofModel && (await rt.load(file.slice())).session();
  for (let run = 0; run < RUNS; run++) {
    const inputs = keys(3 + run, run);
    if (ofModel) same(await session.run('centre', inputs), await answer('centre', inputs));
    else same(await rt.op('masked_mean', {}, mean(inputs)), await answerOp('masked_mean', {}, mean(inputs)));
  }
  const { fallbacks, backend } = await rt.stats();
  check(struck(), 'the device was never destroyed');
  check(fallbacks === 0 || warnings.length === 1, `${fallbacks} runs fell back with ${warnings.length} warnings: ${warnings}`);
  // Firefox does not tell of a loss while a buffer is being mapped.
  check(fallbacks > 0 || backend === 'wasm', 'no run fell back, and the runtime says that it computes on the device');
  rt.close();
  return fallbacks;
}

/** Inputs of the program centre for the operation that it begins with. */
const mean = ({ keys, lengths }) => ({ x: keys, lengths });

/** Destroys a device ten times at each moment; tells how many runtimes fell back, and what went wrong. */
export async function losses() {
  const all = {};
  for (const [moment, once] of Object.entries(moments)) {
    all[moment] = { fellBack: 0, wrong: [] };
    for (let i = 0; i < TIMES; i++) {
      try {
        if (await once(i) > 0) all[moment].fellBack++;
      } catch (err) {
        all[moment].wrong.push(`time ${i}: ${err.message}\n${err.stack}`);
      } finally {
        unhook();
      }
    }
  }
  return all;
}
