// Running programs on a WebGPU device. Core asks it first, and computes in
// the module what it throws at. Calls come one after another.
//
// This folder is loaded only where there is an adapter to use, by bundles as a
// file of its own. So it imports nothing from outside: that would be there
// twice. What it needs of the rest it is given.

import { Memory } from './memory.js';
import { nudged } from './nudge.js';
import { Plan, readPlan, readTensors } from './plan.js';
import { Unable } from './unable.js';

const FEATURES = ['subgroups', 'shader-f16']; // of a device that shaders have variants for
const LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize']; // wanted as large as the adapter has them
const MOST_PLANS = 16; // kept for a model

/**
 * @typedef {{weights: Map<string, GPUBuffer>, plans: Plan[]}} OnDevice
 *   a model's weights by their names in the file, and what it last ran
 */

export class Device {
  #gpu;
  #shaders; // as in the data file
  #operationNames;
  #features; // as the data file names them
  #pipelines = new Map(); // promises, by the shader's number
  #memory;
  #ops = { weights: new Map(), plans: [] }; // of single operations
  #lost = '';
  #whenLost;
  #answer; // gives what a promise of the device's gives, unless that takes too long

  /**
   * Opens the adapter's device.
   * @param {GPUAdapter} adapter
   * @param {object} o
   * @param {{sum: number, kernels: object[]}} o.shaders the data file
   * @param {typeof import('../program.js').operationNames} o.operationNames
   * @param {typeof import('../within.js').within} o.within
   * @param {number} o.patience ms after which a device that does not answer is given up
   * @returns {Promise<Device>}
   */
  static async open(adapter, o) {
    const gpu = await adapter.requestDevice({
      requiredFeatures: FEATURES.filter((f) => adapter.features.has(f)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    });
    return new Device(gpu, adapter, o);
  }

  constructor(gpu, adapter, { shaders, operationNames, within, patience }) {
    this.#gpu = gpu;
    this.#shaders = shaders;
    this.#operationNames = operationNames;
    this.#answer = (all) => within(patience, all, () => this.#giveUp(patience));
    this.#memory = new Memory(gpu);
    const subgroups = gpu.features.has('subgroups');
    const f16 = gpu.features.has('shader-f16');
    const dot = navigator.gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product');
    this.#features = [subgroups && 'subgroups', f16 && 'f16', dot && 'dot'];
    const { vendor = '', architecture = '' } = adapter.info ?? {};
    /** what it runs on, and which features the shaders use */
    this.adapter = { vendor, architecture, features: [...adapter.features], subgroups, f16 };
    /** the dispatches of all runs that were not in vain, by operation */
    this.dispatches = {};
    this.#whenLost = gpu.lost.then(({ message, reason }) => {
      this.#lost ||= `the device was lost: ${message || reason}`;
      throw new Unable(this.#lost);
    });
    this.#whenLost.catch(() => {});
  }

  /** Whether the device is gone for good. */
  get lost() {
    return this.#lost !== '';
  }

  /**
   * Uploads the weights that a model's programs use, as they lie in the file.
   * @param {{instance: Instance, programs: Map<string, object>}} model
   * @param {import('../safetensors.js').Entry[]} entries of the file
   * @returns {Promise<OnDevice>}
   */
  async addModel({ instance, programs }, entries) {
    const wanted = new Set([...programs.values()].flatMap((p) => weightNames(instance, p)));
    const weights = new Map();
    const onDevice = { weights, plans: [] };
    try {
      await this.#guard(() => {
        for (const { name, bytes } of entries) {
          if (wanted.has(name)) weights.set(name, this.#memory.upload(bytes));
        }
        return nudged(this.#gpu.queue, this.#gpu.queue.onSubmittedWorkDone());
      });
    } catch (err) {
      this.freeModel(onDevice);
      throw err;
    }
    return onDevice;
  }

  /** Frees what addModel gave. */
  freeModel({ weights, plans }) {
    for (const buffer of weights.values()) buffer.destroy();
    for (const plan of plans) plan.destroy();
    this.#memory.clear();
  }

  /** Frees everything. */
  destroy() {
    this.#gpu.destroy();
  }

  /**
   * Runs a bound program.
   * @param {{instance: Instance, onDevice: OnDevice|null}} model without
   *   onDevice the program is a single operation
   * @returns {Promise<{error: Uint32Array, outputs: {shape: number[], bytes: Uint8Array}[]}>}
   *   the error record, which tells of an index that is out of range, and the
   *   outputs in the program's order
   * @throws {Unable} what the device cannot do
   */
  async run({ instance, onDevice }, program, table, given) {
    if (this.#lost) throw new Unable(this.#lost);
    const read = readPlan(instance, program, table);
    if (read.sum !== this.#shaders.sum) throw new Unable('the shaders are of another build than the module');
    const holder = onDevice ?? this.#ops;
    const plan = this.#plan(holder, read);
    try {
      const pipelines = await Promise.all(plan.dispatches.map((d) => this.#pipeline(d.shader)));
      const answer = await this.#guard(() => plan.run(pipelines, program, given));
      this.#count(plan);
      return answer;
    } catch (err) {
      holder.plans.splice(holder.plans.indexOf(plan), 1);
      plan.destroy();
      this.#memory.clear();
      throw err;
    }
  }

  /** The plan for what was read: one of the holder's if it has it. */
  #plan(holder, read) {
    const found = holder.plans.findIndex((p) => p.matches(read));
    const [plan] = found >= 0 ? holder.plans.splice(found, 1) : [new Plan(this.#gpu, this.#memory, holder.weights, read, this.#operationNames)];
    holder.plans.push(plan);
    if (holder.plans.length > MOST_PLANS) holder.plans.shift().destroy();
    return plan;
  }

  /**
   * What work gives. Whatever goes wrong on the device meanwhile, memory that
   * is short and the device's loss among it, is Unable.
   */
  async #guard(work) {
    const scopes = ['validation', 'out-of-memory', 'internal'];
    for (const scope of scopes) this.#gpu.pushErrorScope(scope);
    const done = (async () => work())().then((value) => ({ value }), (error) => ({ error }));
    const all = Promise.all([...scopes.map(() => this.#gpu.popErrorScope()), done]);
    try {
      const results = await this.#answer(Promise.race([all, this.#whenLost]));
      const { value, error } = results.pop();
      const first = results.find((e) => e) ?? error; // a scope's error tells more than its consequence
      if (first) throw first;
      return value;
    } catch (err) {
      throw err instanceof Unable ? err : new Unable(err.message.split('\n', 1)[0], { cause: err });
    }
  }

  /** Gives the device up, which does not answer. Nothing waits for it again. */
  #giveUp(patience) {
    this.#lost = `the device did not answer within ${patience / 1000} s`;
    this.#gpu.destroy();
    return new Unable(this.#lost);
  }

  /** The pipeline of a shader, in the variant for this device. */
  #pipeline(number) {
    if (!this.#pipelines.has(number)) this.#pipelines.set(number, this.#guard(() => this.#compile(this.#shaders.kernels[number])));
    return this.#pipelines.get(number);
  }

  #compile({ name, variants }) {
    const { source } = variants.find((v) => v.features.every((f) => this.#features.includes(f)));
    const module = this.#gpu.createShaderModule({ label: name, code: source });
    return this.#gpu.createComputePipelineAsync({ label: name, layout: 'auto', compute: { module, entryPoint: 'main' } });
  }

  #count(plan) {
    for (const { operation } of plan.dispatches) this.dispatches[operation] = (this.dispatches[operation] ?? 0) + 1;
  }
}

/** The names in the file of the weights of a program. */
const weightNames = (instance, program) => readTensors(instance, program)
  .filter((t) => t.isWeight).flatMap(({ name }) => [name, `${name}.q`, `${name}.s`]);
