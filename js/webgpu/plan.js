// A bound program on the device: what Bind has laid out for it (see
// kernels/dispatch.go), as buffers and bind groups.

import { nudged } from './nudge.js';
import { Unable } from './unable.js';

// The list of dispatches, in words.
const LIST_WORDS = 8;
const SCRATCH = 2; // bytes of each scratch buffer
const DISPATCH_WORDS = 80;
const MOST_BUFFERS = 8;
const BUFFERS = 6;
const PARAMS = 16;

// What a dispatch's word for a buffer can be beside a tensor's index.
const NONE = 0xffffffff; // or a shader
const SCALES_OF = 0x40000000;
const SPECIAL = 0x80000000;
const SPECIALS = ['error', 'values', 'scales', 'rules'];

const ERROR_BYTES = 32;
const ALIGN = 256; // of parameters and outputs in their buffers
const WEIGHT = 1;
const QUANTIZED = 5; // types from this on, of two tensors in the file

/**
 * The tensors of a program; a weight has no slot.
 * @returns {{name: string, isWeight: boolean, isQuantized: boolean, slot: number}[]}
 */
export function readTensors(instance, { handle }) {
  const header = instance.words(handle, 20);
  const [strings, count, at] = [header[5], header[11], header[12]];
  return Array.from({ length: count }, (_, i) => {
    const t = instance.words(handle + at + 64 * i, 12);
    return { name: instance.text(handle + strings + t[0], t[1]), isWeight: t[2] === WEIGHT, isQuantized: t[3] >= QUANTIZED, slot: t[11] };
  });
}

/** The name in the file of a weight's elements. */
const dataName = ({ name, isQuantized }) => isQuantized ? `${name}.q` : name;

/** Copies what a bound table says of dispatches and tensors. */
export function readPlan(instance, program, table) {
  const [, tensors, , , , , , list] = instance.words(table, 8);
  const [count, sum] = instance.words(list, LIST_WORDS);
  return {
    instance,
    program,
    sum, // of the shaders that are meant
    words: instance.words(list, LIST_WORDS + DISPATCH_WORDS * count).slice(),
    bound: instance.words(table + 32, 12 * tensors).slice(),
  };
}

const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);

export class Plan {
  #gpu;
  #memory;
  #weights;
  #handle;
  #words;
  #bound;
  #tensors;
  #shapes; // of all tensors
  #params;
  #staging;
  #groups; // bind groups, of the memory's generation #made
  #made;

  /**
   * @param {GPUDevice} gpu
   * @param {import('./memory.js').Memory} memory
   * @param {Map<string, GPUBuffer>} weights of the model
   * @param {ReturnType<readPlan>} read
   * @param {typeof import('../program.js').operationNames} operationNames
   */
  constructor(gpu, memory, weights, { instance, program, words, bound }, operationNames) {
    const operations = operationNames(instance, program.handle);
    this.#gpu = gpu;
    this.#memory = memory;
    this.#weights = weights;
    this.#handle = program.handle;
    this.#words = words;
    this.#bound = bound;
    this.#tensors = readTensors(instance, program);
    const missing = this.#tensors.find((t) => t.isWeight && !weights.has(dataName(t)));
    if (missing) throw new Unable(`weight ${missing.name} is not on the device`);
    this.#shapes = this.#tensors.map((_, i) => Array.from(bound.subarray(12 * i + 4, 12 * i + 4 + bound[12 * i + 3])));
    /** shader, operation and workgroups of each dispatch */
    this.dispatches = Array.from({ length: words[0] }, (_, i) => {
      const [shader, op, ...groups] = this.#dispatch(i).subarray(0, 5);
      return { shader, operation: operations[op], groups };
    });
    const without = this.dispatches.find((d) => d.shader === NONE);
    if (without) throw new Unable(`there is no shader for this ${without.operation}`);
  }

  /** Whether this is the plan for what was read. */
  matches({ program, words, bound }) {
    return program.handle === this.#handle && same(words, this.#words) && same(bound, this.#bound);
  }

  /**
   * Runs the program on given inputs, in one submission.
   * @param {GPUComputePipeline[]} pipelines a dispatch each
   * @returns {ReturnType<import('./device.js').Device['run']>}
   */
  async run(pipelines, program, given) {
    this.#reserve(program);
    this.#bind(pipelines);
    for (const { name, index } of program.inputs) {
      const { data } = given.get(name);
      this.#memory.write(this.#slot(index), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const encoder = this.#gpu.createCommandEncoder();
    encoder.clearBuffer(this.#memory.slot('error'));
    const pass = encoder.beginComputePass();
    this.dispatches.forEach(({ groups }, i) => {
      pass.setPipeline(pipelines[i]);
      pass.setBindGroup(0, this.#groups[i]);
      pass.dispatchWorkgroups(...groups);
    });
    pass.end();
    const staged = this.#staged(program);
    encoder.copyBufferToBuffer(this.#memory.slot('error'), 0, this.#staging, 0, ERROR_BYTES);
    for (const { index, at, bytes } of staged) encoder.copyBufferToBuffer(this.#slot(index), 0, this.#staging, at, bytes);
    this.#gpu.queue.submit([encoder.finish()]);
    await nudged(this.#gpu.queue, this.#staging.mapAsync(GPUMapMode.READ));
    const all = this.#staging.getMappedRange();
    const answer = {
      error: new Uint32Array(all.slice(0, ERROR_BYTES)),
      outputs: staged.map(({ index, at, bytes }) => ({ shape: [...this.#shapes[index]], bytes: new Uint8Array(all, at, bytes).slice() })),
    };
    this.#staging.unmap();
    return answer;
  }

  /** Frees what the plan has of its own. */
  destroy() {
    this.#params?.destroy();
    this.#staging?.destroy();
  }

  #dispatch(i) {
    return this.#words.subarray(LIST_WORDS + DISPATCH_WORDS * i, LIST_WORDS + DISPATCH_WORDS * (i + 1));
  }

  #bytes(index) {
    return this.#bound[12 * index + 1];
  }

  #slot(index) {
    return this.#memory.slot(this.#tensors[index].slot);
  }

  /** Where the outputs lie in the staging buffer. */
  #staged(program) {
    let end = ERROR_BYTES;
    return program.outputs.map(({ index }) => {
      const at = Math.ceil(end / ALIGN) * ALIGN;
      end = at + this.#bytes(index);
      return { index, at, bytes: this.#bytes(index) };
    });
  }

  /** Sees to it that all buffers are there. */
  #reserve(program) {
    const memory = this.#memory;
    memory.reserve('error', ERROR_BYTES);
    SPECIALS.slice(1).forEach((name, i) => {
      const bytes = this.#words[SCRATCH + i];
      if (bytes) memory.reserve(name, bytes);
    });
    this.#tensors.forEach(({ isWeight, slot }, i) => { if (!isWeight) memory.reserve(slot, this.#bytes(i)); });
    const last = this.#staged(program).at(-1);
    this.#staging ??= memory.create(last ? last.at + last.bytes : ERROR_BYTES, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    if (this.#params) return;
    this.#params = memory.create(ALIGN * this.dispatches.length, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    const params = new Uint32Array(ALIGN / 4 * this.dispatches.length);
    this.dispatches.forEach((_, i) => params.set(this.#dispatch(i).subarray(PARAMS), ALIGN / 4 * i));
    this.#gpu.queue.writeBuffer(this.#params, 0, params);
  }

  /** Sees to it that the bind groups are those of the buffers. */
  #bind(pipelines) {
    if (this.#made === this.#memory.generation) return;
    this.#groups = this.dispatches.map((_, i) => {
      const d = this.#dispatch(i);
      const buffers = Array.from(d.subarray(BUFFERS, BUFFERS + Math.min(d[BUFFERS - 1], MOST_BUFFERS)), (word) => this.#buffer(word));
      const params = { buffer: this.#params, offset: ALIGN * i, size: 4 * (DISPATCH_WORDS - PARAMS) };
      const entries = [params, ...buffers.map((buffer) => ({ buffer }))].map((resource, binding) => ({ binding, resource }));
      return this.#gpu.createBindGroup({ layout: pipelines[i].getBindGroupLayout(0), entries });
    });
    this.#made = this.#memory.generation;
  }

  /** The buffer that a dispatch's word stands for. */
  #buffer(word) {
    if (word === NONE) return this.#memory.nothing;
    if (word >= SPECIAL) return this.#memory.slot(SPECIALS[word - SPECIAL]);
    const tensor = this.#tensors[word & ~SCALES_OF];
    if (!tensor.isWeight) return this.#memory.slot(tensor.slot);
    return this.#weights.get(word & SCALES_OF ? `${tensor.name}.s` : dataName(tensor));
  }
}
