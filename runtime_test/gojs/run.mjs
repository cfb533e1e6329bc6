// Runs a Go program of GOOS=js in node with a bridge of a kind for package wasm:
// `go test -exec "node run.mjs inline|worker|sync"`. inline and worker answer with promises, sync with values.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Core } from '../../js/core.js';
import { open } from '../../js/fovea.js';
import { emulateWorkers } from '../../js/worker.testing.js';
import { readFileSync } from 'node:fs';

const [, , kind, program, ...args] = process.argv;

/** The bridge of an edge Worker: everything is there at once, and nothing waits. */
function openSync() {
  const core = new Core();
  const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/infer-simd.wasm', import.meta.url)));
  core.openSync({ module, variant: 'simd' });
  return { call: (method, args) => core[method === 'load' ? 'loadSync' : method](...args) };
}

if (kind === 'worker') emulateWorkers();
globalThis.foveaBridge = kind === 'sync' ? openSync() : (await open({ worker: kind === 'worker', variant: 'simd' })).bridge;
process.argv.splice(2, process.argv.length, program, ...args);
const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
createRequire(import.meta.url)(`${goroot}/lib/wasm/wasm_exec_node.js`);
