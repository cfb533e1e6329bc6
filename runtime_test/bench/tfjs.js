// What the benchmark's page needs of tfjs, bundled into one module.
export * as tf from '@tensorflow/tfjs-core';
export { loadGraphModel } from '@tensorflow/tfjs-converter';
export { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
