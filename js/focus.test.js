// Tests of the focus layer: node --test js/

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, after, test } from 'node:test';
import { promisify } from 'node:util';

import { Focus } from './focus.js';
import { FoveaError, open } from './fovea.js';

const root = new URL('../', import.meta.url);
const prose = 'The cat sat on the mat. It rained all day in London! 🎉 Are prices going\nup again? '
  + 'A dog barked at the postman.\n\nInflation rose to five per cent. The kitten chased a ball of wool.';

let rt;
let focus;
before(async () => {
  rt = await open({ variant: 'simd' });
  focus = new Focus(await rt.load(new Uint8Array(await readFile(new URL('demo/model/use-lite-int8.safetensors', root)))));
});
after(() => rt.close());

/** A text's embedding, encoded by itself. */
async function embed(text) {
  const ids = (await focus.model.tokenize(text, { prose: true })).map((t) => t.id);
  return (await focus.read([ids])).keys.data;
}

const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

async function fails(promise, code) {
  const err = await promise.then(() => assert.fail(`no error, want ${code}`), (e) => e);
  assert.ok(err instanceof FoveaError, `${err.stack}`);
  assert.equal(err.code, code);
  assert.doesNotMatch(err.message, /\{\w+\}|undefined/);
}

test('scores are dot products of embeddings, best first', async () => {
  const doc = await focus.open(prose);
  const { ranked, kept } = await doc.focus({ text: 'economy and money', budget: 1 });
  assert.equal(doc.sentence(ranked[0].sentence), 'Inflation rose to five per cent.');
  assert.equal(kept, doc.sentences.length);
  assert.deepEqual(ranked.map((m) => m.sentence).sort(), doc.sentences.map((_, i) => i));
  const query = await embed('economy and money');
  for (const [i, { sentence, score }] of ranked.entries()) {
    const want = dot(query, await embed(doc.sentence(sentence)));
    assert.ok(Math.abs(score - want) <= 1e-6, `sentence ${sentence}: ${score}, want ${want}`);
    assert.ok(i === 0 || score <= ranked[i - 1].score);
  }
});

test('a long sentence and a long query are read in windows, as in Go', async () => {
  const river = 'we walked along the river, past the old mill and the wet meadows, '.repeat(12);
  const text = `The cat sat on the mat. On the first day of the journey, ${river}and in the evening the landlord told us `
    + 'that inflation had risen to five per cent. A dog barked at the postman.';
  const doc = await focus.open(text);
  assert.ok(doc.sentences[1].tokens > focus.model.card.maxTokens);
  const { ranked } = await doc.focus({ text: 'economy and money', budget: 1 });
  assert.equal(ranked[0].sentence, 1);
  const shades = await doc.shade(1);
  assert.equal(shades.length, doc.sentences[1].tokens);
  assert.equal(shades.map((s) => text.slice(s.start, s.end)).join(''), doc.sentence(1));
  const dir = await mkdtemp(path.join(tmpdir(), 'fovea-'));
  await writeFile(path.join(dir, 'long.txt'), text);
  for (const query of ['economy and money', river]) {
    const { stdout } = await promisify(execFile)('go',
      ['run', './demo', 'focus', '-json', '-budget', '1', '-query', query, path.join(dir, 'long.txt')], { cwd: root });
    const found = (await doc.focus({ text: query, budget: 1 })).ranked.map(({ sentence, score }) => ({ sentence, score: Math.round(score * 1e5) / 1e5 }));
    assert.deepEqual(found, JSON.parse(stdout).found.map(({ sentence, score }) => ({ sentence, score })));
  }
  await rm(dir, { recursive: true });
});

test('an empty query asks for the centre', async () => {
  const doc = await focus.open(prose);
  const keys = await Promise.all(doc.sentences.map((_, i) => embed(doc.sentence(i))));
  const centre = keys[0].map((_, j) => keys.reduce((sum, k) => sum + k[j], 0));
  const norm = Math.sqrt(dot(centre, centre));
  for (const { sentence, score } of (await doc.focus({ text: ' ', budget: 0.5 })).ranked) {
    assert.ok(Math.abs(score - dot(centre, keys[sentence]) / norm) <= 1e-5);
  }
});

test('the article gives what it gives in Go', async () => {
  const article = 'demo/article/opticks.txt';
  const query = 'Why does a bubble shine in many colours?';
  const { stdout } = await promisify(execFile)('go',
    ['run', './demo', 'focus', '-json', '-budget', '0.2', '-query', query, article], { cwd: root });
  const go = JSON.parse(stdout);
  const progress = [];
  const doc = await focus.open(await readFile(new URL(article, root), 'utf8'), { onProgress: (p) => progress.push(p.done / p.total) });
  assert.deepEqual([doc.sentences.length, doc.tokens], [go.sentences, go.tokens]);
  assert.ok(progress[0] === 0 && progress.at(-1) === 1 && progress.length > 3);
  const { ranked, kept } = await doc.focus({ text: query, budget: 0.2 });
  const found = ranked.slice(0, kept).map(({ sentence, score }) =>
    ({ sentence, score: Math.round(score * 1e5) / 1e5, text: doc.sentence(sentence) }));
  assert.deepEqual(found, go.found.map(({ sentence, score, text }) => ({ sentence, score, text })));
});

test('shades are the attention received, with offsets in UTF-16 units', async () => {
  const doc = await focus.open(prose);
  for (const [i, { start, end, tokens }] of doc.sentences.entries()) {
    const shades = await doc.shade(i);
    assert.equal(shades.length, tokens);
    assert.equal(Math.max(...shades.map((s) => s.weight)), 1);
    for (const s of shades) assert.ok(s.weight >= 0 && s.start >= start && s.start <= s.end && s.end <= end);
    assert.equal(shades.map((s) => prose.slice(s.start, s.end)).join(''), doc.sentence(i));
  }
});

test('what cannot be read is refused', async () => {
  await fails(focus.open(''), 'empty');
  await fails(focus.open(' \n\u2003'), 'empty');
  await fails(focus.open('A.\n\n'.repeat(65537)), 'too-long');
  const doc = await focus.open('One. \ud800 Two.');
  await fails(doc.focus({ budget: 1.1 }), 'value');
  await fails(doc.focus({ budget: NaN }), 'value');
  await fails(doc.focus({}), 'value');
  await fails(doc.shade(9), 'value');
  assert.throws(() => new Focus({ card: {} }), { code: 'value' });
});

test('a text that has changed is encoded where it has', async () => {
  const first = await focus.open(prose);
  const totals = [];
  const open = (text, known) => focus.open(text, { known, onProgress: (p) => totals.push(p.total) });
  const second = await open(`${prose} The bread is in the oven.`, first);
  const alone = await focus.open('The bread is in the oven.');
  const third = await open(prose, second);
  assert.deepEqual([...new Set(totals)], [alone.tokens, 0]);
  const scores = async (doc) => (await doc.focus({ text: 'economy and money', budget: 1 })).ranked;
  assert.deepEqual(await scores(third), await scores(first));
  assert.deepEqual((await scores(second)).filter((m) => m.sentence < first.sentences.length), await scores(first));
});

test('opening stops between batches', async () => {
  const abort = new AbortController();
  const text = Array.from({ length: 60 }, (_, i) => `There are ${i} cats in the house.`).join(' ');
  const calls = [];
  const opening = focus.open(text, { signal: abort.signal, onProgress: (p) => { calls.push(p.done); if (p.done) abort.abort(); } });
  await assert.rejects(opening, { name: 'AbortError' });
  assert.equal(calls.length, 2);
});

test('a megabyte of one character is read in moments', async () => {
  const doc = await focus.open('x'.repeat(1 << 20));
  assert.ok(doc.sentences.length > 1000 && doc.sentences.every((s) => s.tokens > 128));
  const { ranked } = await doc.focus({ text: 'x'.repeat(1 << 16), budget: 0 });
  assert.ok(ranked.length === doc.sentences.length && ranked.every((m) => m.score > 0.5));
});
