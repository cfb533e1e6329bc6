// Tests of threads, on emulated workers; runtime_test/threads has those of
// browsers.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { open } from './fovea.js';
import { emulateWorkers, workers } from './worker.testing.js';

emulateWorkers();
const modules = new URL('../wasm/', import.meta.url);
const file = new Uint8Array(await readFile(new URL('../demo/model/use-lite-int8.safetensors', import.meta.url)));

/** Opens a runtime that is closed after the test, with what it warned of. */
async function openThreads(t, o) {
  const warnings = [];
  const rt = await open({ worker: true, variant: 'simd', threads: 3, onWarning: (message) => warnings.push(message), ...o });
  t.after(() => rt.close());
  return { rt, warnings };
}

/** Has workers of a role do something else when they are made. */
function spoil(t, role, how) {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(url, o) {
      super(o.name === role ? how(url) : url, o);
    }
  };
  t.after(() => { globalThis.Worker = Worker; });
}

/** The address of a module with this code. */
const script = (code) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

const sum = async (rt) => (await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } })).out.data[0];

test('threads follow one model after another, and a single operation between them', async (t) => {
  const { rt, warnings } = await openThreads(t);
  assert.equal(rt.threads, 3);
  const alone = await open({ variant: 'simd' });
  const inputs = { ids: { shape: [1, 3], data: Int32Array.of(5, 6, 7) }, lengths: { data: Int32Array.of(3) } };
  const want = (await (await alone.load(file)).session().run('encode', inputs)).embedding;
  const models = [await rt.load(file), await rt.load(file)];
  for (const model of [...models, ...models]) {
    assert.deepEqual((await model.session().run('encode', inputs)).embedding, want);
    assert.equal(await sum(rt), 3);
  }
  await models[0].close();
  assert.deepEqual((await models[1].session().run('encode', inputs)).embedding, want);
  assert.deepEqual(warnings, []);
});

test('hands that join while the memory grows can use all of it', async (t) => {
  for (let k = 0; k < 6; k++) {
    const { rt, warnings } = await openThreads(t);
    for (let i = 0; i < 12; i++) {
      const model = await rt.load(file);
      await model.session().run('encode', { ids: { shape: [1, 3], data: Int32Array.of(5, 6, 7) }, lengths: { data: Int32Array.of(3) } });
      await sum(rt); // has the hands leave the model
      await model.close();
    }
    assert.deepEqual(warnings, []);
    rt.close();
  }
});

test('one thread, with a warning where more were asked for', async (t) => {
  const opened = async (o, warns) => {
    const { rt, warnings } = await openThreads(t, o);
    assert.deepEqual([rt.threads, await sum(rt), warnings.length], [1, 3, warns ? 1 : 0]);
    if (warns) assert.match(warnings[0], warns);
  };
  await opened({ threads: 1 });
  await opened({ threads: 'auto' }); // node tells no number of processors
  await opened({ worker: false, threads: 'auto' });
  await opened({ worker: false }, /one thread: more need a page, and there worker: true/);
  globalThis.crossOriginIsolated = false;
  t.after(() => { delete globalThis.crossOriginIsolated; });
  await opened({ threads: 'auto' });
  await opened({}, /not cross-origin isolated.*Cross-Origin-Opener-Policy/);
});

test('one thread with a module for one', async (t) => {
  const { rt, warnings } = await openThreads(t, { module: await WebAssembly.compile(await readFile(new URL('infer-simd.wasm', modules))) });
  assert.deepEqual([rt.threads, await sum(rt)], [1, 3]);
  assert.deepEqual(warnings, ['fovea: computing on one thread: the module given is not one for threads']);
});

test('threads with a module for them', async (t) => {
  const module = await WebAssembly.compile(await readFile(new URL('infer-simd-threads.wasm', modules)));
  for (const [o, threads] of [[{}, 3], [{ threads: 1 }, 1], [{ worker: false }, 1]]) {
    const { rt } = await openThreads(t, { module, ...o });
    assert.deepEqual([rt.threads, await sum(rt)], [threads, 3]);
  }
});

test('one thread, with a warning, where the module for threads is not shipped', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(new URL('infer-simd.wasm', modules), join(folder, 'infer-simd.wasm'));
  const { rt, warnings } = await openThreads(t, { wasmURL: pathToFileURL(folder) });
  assert.deepEqual([rt.threads, await sum(rt)], [1, 3]);
  assert.match(warnings.join(), /^fovea: computing on one thread: .*infer-simd-threads\.wasm/);
});

test('hands that cannot be started are done without', async (t) => {
  let n = 0;
  spoil(t, 'fovea-hand', (url) => ++n === 1 ? script('throw new Error("refused")') : url);
  const { rt, warnings } = await openThreads(t);
  assert.deepEqual([rt.threads, await sum(rt)], [2, 3]);
  assert.match(warnings.join(), /^fovea: 1 of 2 threads more could not be started: .*refused/);
});

test('a hand that never gets ready is given up', async (t) => {
  spoil(t, 'fovea-hand', () => script('globalThis.onmessage = () => {}'));
  const { rt, warnings } = await openThreads(t);
  assert.deepEqual([rt.threads, await sum(rt)], [1, 3]);
  assert.match(warnings.join(), /^fovea: 2 of 2 threads more could not be started: it took too long/);
});

test('a hand that traps is done without, in time', async (t) => {
  const hand = new URL('./hand.js', import.meta.url);
  const trapping = `
    import { serveHand } from '${hand}';
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (module, imports) {
      return { exports: { follow() { new Instance(module, imports); throw new WebAssembly.RuntimeError('unreachable'); } } };
    };
    serveHand();`;
  spoil(t, 'fovea-hand', () => script(trapping));
  const { rt, warnings } = await openThreads(t);
  const since = performance.now();
  assert.equal(await sum(rt), 3);
  assert.ok(performance.now() - since < 1000);
  assert.deepEqual(warnings, ['fovea: a thread failed, the others went on: unreachable']);
});

test('a core that traps says so, and the hands go on with another instance', async (t) => {
  const trapping = `
    const { Instance } = WebAssembly;
    let traps = 1;
    WebAssembly.Instance = function (...args) {
      const { exports } = new Instance(...args);
      const run = (table) => {
        if (traps-- > 0) throw new WebAssembly.RuntimeError('unreachable');
        return exports.run(table);
      };
      return { exports: { ...exports, run } };
    };
    await import('${new URL('./worker.js', import.meta.url)}');`;
  spoil(t, 'fovea-core', () => script(trapping));
  const { rt, warnings } = await openThreads(t);
  await assert.rejects(sum(rt), { code: 'trap', op: 'add' });
  assert.equal(await sum(rt), 3);
  assert.deepEqual([(await rt.stats()).threads, warnings], [3, []]);
});

test('memory for threads grows as far as was said', async (t) => {
  const inputs = { ids: { shape: [1, 3], data: Int32Array.of(5, 6, 7) }, lengths: { data: Int32Array.of(3) } };
  for (const maxMemory of [16 * 2 ** 20, 2 ** 32]) {
    const { rt } = await openThreads(t, { maxMemory });
    assert.equal((await (await rt.load(file)).session().run('encode', inputs)).embedding.data.length, 512);
  }
  const { rt } = await openThreads(t, { maxMemory: 2 ** 20 });
  await assert.rejects(rt.load(file), { code: 'memory', op: 'load' });
});

test('a closed runtime leaves no worker', async (t) => {
  const before = workers.length;
  const { rt } = await openThreads(t);
  await sum(rt);
  const mine = workers.slice(before);
  assert.deepEqual(mine.map(({ name }) => name).sort(), ['fovea-core', 'fovea-hand', 'fovea-hand']);
  const ends = mine.map(({ thread }) => new Promise((resolve) => { thread.on('exit', resolve); }));
  rt.close();
  await Promise.all(ends);
});
