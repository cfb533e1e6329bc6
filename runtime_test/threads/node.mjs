// The proofs in node, on emulated workers: prints a line of JSON.
import { readFile } from 'node:fs/promises';
import { emulateWorkers } from '../../js/worker.testing.js';
import { prove } from './proof.js';

emulateWorkers();
const root = new URL('../../', import.meta.url);
const read = async (path) => new Uint8Array(await readFile(new URL(path, root)));
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
console.log(JSON.stringify(await prove({ read, cpu, variant: 'simd', grace: 0 })));
process.exit(); // an emulated worker that is closed may still be ending
