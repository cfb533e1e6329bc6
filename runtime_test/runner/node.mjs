// The case runner in node: a case a line on standard input, an answer a line on standard output.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { makeRunner } from './runner.js';

const root = new URL('../../', import.meta.url);
const read = async (path) => new Uint8Array(await readFile(new URL(path, root))).buffer;
const answer = makeRunner({ variant: 'simd', read, about: `node ${process.version}` });
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(JSON.parse(line))}\n`);
}
