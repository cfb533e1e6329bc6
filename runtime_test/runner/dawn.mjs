// Gives node WebGPU: Dawn, from the npm package webgpu, on whatever Vulkan driver VK_ICD_FILENAMES names. What is optional is
// hidden, so that the shaders' plain variants run.
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const dawn = create([]);
const gpu = {
  wgslLanguageFeatures: new Set(),
  async requestAdapter(options) {
    const adapter = await dawn.requestAdapter(options);
    if (adapter) Object.defineProperty(adapter, 'features', { value: new Set() });
    return adapter;
  },
};
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
