// The proofs in node, with worker_threads: prints a line of JSON. node node.mjs [measure]
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { measure, prove } from './proof.js';

const root = new URL('../../', import.meta.url);
const read = async (path) => new Uint8Array(await readFile(new URL(path, root)));

function spawn(onMessage, onLost) {
  const worker = new Worker(new URL('worker.js', import.meta.url));
  worker.on('message', onMessage);
  worker.on('exit', onLost);
  return { post: (message) => worker.postMessage(message), kill: () => worker.terminate() };
}

const act = process.argv[2] === 'measure' ? measure : prove;
console.log(JSON.stringify(await act({ spawn, read, variant: 'simd', grace: 0 })));
