// Running programs on a WebGPU device. Core asks it first, and computes in
// the module what it throws at.

/** What the device cannot do: the module does it instead. */
export class Unable extends Error {}

export class Device {
  /**
   * Opens the device of this computer.
   * @param {{insist: boolean}} o insist: take a software adapter, too
   * @returns {Promise<Device|null>} null where there is none
   */
  static async open() {
    return null;
  }
}
