// Records what the published Universal Sentence Encoder lite, run by tfjs, finds
// in the demo's article for the kept queries: of each the three sentences whose
// embeddings have the largest dot products with the query's.
//
//	node runtime_test/peers/queries.mjs
//
// writes demo/testdata/queries-tfjs.json. Fovea only cuts the sentences (`go run
// ./demo focus -json -budget 1`); embeddings and scores are tfjs's alone. How it
// is run stands in encoder.mjs.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokenizer, values, versions } from './encoder.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const testdata = join(root, 'demo/testdata');

function sentences() {
  const args = ['run', './demo', 'focus', '-json', '-budget', '1', 'demo/article/opticks.txt'];
  const { found } = JSON.parse(execFileSync('go', args, { cwd: root, maxBuffer: 1 << 26 }));
  return found.sort((a, b) => a.sentence - b.sentence).map((m) => m.text);
}

// Line breaks are no part of a sentence, and the encoder has no token for them.
const embed = async (text) => (await values(tokenizer.encode(text.replace(/\s+/g, ' '))))[0].data;
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

const texts = sentences();
const keys = [];
for (const text of texts) keys.push(await embed(text));
const queries = JSON.parse(readFileSync(join(testdata, 'queries.json'), 'utf8'));
const found = [];
for (const { query } of queries) {
  const q = await embed(query);
  const ranked = keys.map((key, sentence) => ({ sentence, score: dot(q, key) })).sort((a, b) => b.score - a.score);
  found.push({ query, top: ranked.slice(0, 3) });
}
const lines = (values) => '[\n' + values.map((v) => JSON.stringify(v)).join(',\n') + '\n]';
writeFileSync(join(testdata, 'queries-tfjs.json'),
  `{"versions": ${JSON.stringify(versions)},\n"sentences": ${lines(texts)},\n"found": ${lines(found)}}\n`);
