// The device's buffers. Programs share those of their slots, for runs come
// one after another.

import { Unable } from './unable.js';

const ALIGN = 256;

export class Memory {
  #gpu;
  #slots = new Map(); // by name
  /** changes whenever a slot's buffer does */
  generation = 0;

  constructor(gpu) {
    this.#gpu = gpu;
    /** stands in for an operand that is left out */
    this.nothing = this.create(ALIGN, GPUBufferUsage.STORAGE);
  }

  /** A buffer of at least so many bytes. */
  create(bytes, usage) {
    const size = Math.ceil(bytes / ALIGN) * ALIGN;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#gpu.limits;
    const most = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > most) throw new Unable(`a tensor of ${bytes} bytes is over the adapter's limit of ${most}`);
    return this.#gpu.createBuffer({ size, usage });
  }

  /** A storage buffer with these bytes. */
  upload(bytes) {
    const buffer = this.create(bytes.length, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    this.write(buffer, bytes);
    return buffer;
  }

  /** Writes bytes to the start of a buffer, which has room for whole words. */
  write(buffer, bytes) {
    const whole = bytes.length - bytes.length % 4;
    if (whole) this.#gpu.queue.writeBuffer(buffer, 0, bytes, 0, whole);
    if (whole < bytes.length) {
      const rest = new Uint8Array(4);
      rest.set(bytes.subarray(whole));
      this.#gpu.queue.writeBuffer(buffer, whole, rest);
    }
  }

  /** Sees to it that the slot of that name has so many bytes. */
  reserve(name, bytes) {
    const old = this.#slots.get(name);
    if (old?.size >= bytes) return;
    this.#slots.set(name, this.create(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC));
    old?.destroy();
    this.generation++;
  }

  /** The buffer of a slot that was reserved. */
  slot(name) {
    return this.#slots.get(name);
  }

  /** Frees the slots. */
  clear() {
    for (const buffer of this.#slots.values()) buffer.destroy();
    this.#slots.clear();
    this.generation++;
  }
}
