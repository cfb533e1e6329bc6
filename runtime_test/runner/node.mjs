// The case runner in node: `node node.mjs OPTIONS`, JSON for open, takes a case a line on standard input and answers with a line on standard output.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { emulateWorkers } from '../../js/worker.testing.js';
import { makeRunner } from './runner.js';

const options = JSON.parse(process.argv[2]);
if (options.backend === 'webgpu') await import('./dawn.mjs');
if (options.variant === 'relaxed' && process.versions.v8.startsWith('11.3.')) {
  // Node 20 has relaxed SIMD from before it was finished: behind a flag, and without the addend of
  // i32x4.relaxed_dot_i8x16_i7x16_add_s in its quick compiler.
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  setFlagsFromString('--no-liftoff');
}
if (options.threads > 1) {
  emulateWorkers();
  options.worker = true;
}
const root = new URL('../../', import.meta.url);
const read = async (path) => new Uint8Array(await readFile(new URL(path, root))).buffer;
const answer = makeRunner({ options, read, about: `node ${process.version}` });
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(JSON.parse(line))}\n`);
}
process.exit(); // workers would go on waiting
