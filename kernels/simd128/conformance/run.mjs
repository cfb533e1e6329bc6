// Runs kernels of package ops in node and writes the memory after each to
// standard output:
//
//	node run.mjs MODULE IMAGE PLAN
//
// IMAGE is the memory that every kernel starts from; PLAN is JSON with the
// kernels' names and their arguments: {"names": […], "args": […]}.
import {readFileSync, writeSync} from 'node:fs';

const [module, imageFile, planFile] = process.argv.slice(2);
const image = readFileSync(imageFile);
const {names, args} = JSON.parse(readFileSync(planFile, 'utf8'));
const {instance: {exports}} = await WebAssembly.instantiate(readFileSync(module));

exports.memory.grow((image.length - exports.memory.buffer.byteLength) >> 16);
const memory = new Uint8Array(exports.memory.buffer);
for (const name of names) {
  memory.set(image);
  exports[name](...args);
  for (let sent = 0; sent < memory.length;) sent += writeSync(1, memory, sent);
}
