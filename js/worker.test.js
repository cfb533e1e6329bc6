// Tests of what only a worker does, and of downloads.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { FoveaError, open } from './fovea.js';
import { build } from './ops_gen.js';
import { emulateWorkers, workers } from './worker.testing.js';

emulateWorkers();
const modelURL = new URL('../demo/model/use-lite-int8.safetensors', import.meta.url);
const long = 'light is a wave '.repeat(1 << 14);

async function openWorker(t) {
  const rt = await open({ worker: true, variant: 'simd' });
  t.after(() => rt.close());
  return { rt, worker: workers.at(-1) };
}

test('calls are answered in order and inputs stay the caller’s', async (t) => {
  const { rt } = await openWorker(t);
  const done = [];
  const x = Float32Array.of(1, 2);
  await Promise.all([3, 1, 2].map(async (n) => {
    const { out } = await rt.op('add', {}, { x: { data: x }, y: { data: Float32Array.of(n, n) } });
    done.push(out.data[0]);
  }));
  assert.deepEqual(done, [4, 2, 3]);
  assert.equal(x.length, 2);
});

test('a call aborted before its turn never runs', async (t) => {
  const { rt, worker } = await openWorker(t);
  const model = await rt.load(modelURL.href);
  const posted = [];
  const { postMessage } = worker;
  worker.postMessage = (message, transfer) => {
    posted.push(message.method);
    postMessage.call(worker, message, transfer);
  };
  const controller = new AbortController();
  const first = model.tokenize(long);
  const second = model.split('a', { signal: controller.signal });
  const third = model.plan([1], 1, 1);
  controller.abort();
  await assert.rejects(second, { name: 'AbortError' });
  assert.ok((await first).length > 1000);
  await third;
  assert.deepEqual(posted, ['tokenize', 'plan']);
});

test('a call aborted while it runs rejects at once, the next is answered', async (t) => {
  const { rt } = await openWorker(t);
  const model = await rt.load(modelURL.href);
  const controller = new AbortController();
  const first = model.tokenize(long, { signal: controller.signal });
  const second = model.plan([4], 1, 9);
  controller.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.deepEqual(await second, [{ indices: [0], tokens: 4 }]);
});

test('a worker that dies rejects what is pending and what comes', async (t) => {
  const { rt, worker } = await openWorker(t);
  const model = await rt.load(modelURL.href);
  const pending = [model.tokenize(long), model.split('a')];
  worker.thread.emit('error', new Error('out of memory'));
  for (const call of [...pending, model.split('b'), rt.load(modelURL.href)]) {
    const err = await call.catch((e) => e);
    assert.ok(err instanceof FoveaError);
    assert.equal(err.code, 'worker');
    assert.match(err.message, /out of memory/);
  }
});

test('a worker that cannot be made or loaded is an error', async () => {
  globalThis.Worker = class { constructor() { throw new Error('refused by policy'); } };
  await assert.rejects(open({ worker: true }), { code: 'worker', got: 'refused by policy' });
  globalThis.Worker = class { postMessage() { queueMicrotask(() => this.onerror({})); } terminate() {} };
  await assert.rejects(open({ worker: true }), { code: 'worker', got: 'worker.js could not be loaded, which belongs beside the script that imports it' });
  emulateWorkers();
});

test('a worker of another script is an error, whether it answers or not', async (t) => {
  const refused = { code: 'worker', got: "worker.js does not answer as Fovea's" };
  t.after(emulateWorkers);
  globalThis.Worker = class { postMessage() { queueMicrotask(() => this.onmessage({ data: 'pong' })); } terminate() {} };
  await assert.rejects(open({ worker: true }), refused);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let ended = false;
  globalThis.Worker = class { postMessage() {} terminate() { ended = true; } };
  const opening = open({ worker: true });
  t.mock.timers.tick(30_000);
  await assert.rejects(opening, refused);
  assert.ok(ended);
});

test('an argument that cannot be posted is an error', async (t) => {
  const { rt } = await openWorker(t);
  await assert.rejects(rt.bridge.call('op', ['softmax', { f() {} }, {}]), { code: 'value', op: 'op' });
  const { out } = await rt.op('softmax', {}, { x: { data: Float32Array.of(1) } });
  assert.equal(out.data[0], 1);
});

/** A module of no build: one without anything. */
const OTHER = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** Serves the model on a local port: whole, gzipped, hanging after half, or not at all. */
async function serve(t) {
  const file = await readFile(modelURL);
  const kernels = await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url));
  const answers = {
    '/whole': (res) => res.setHeader('Content-Length', file.length).end(file),
    '/gzip': (res) => res.setHeader('Content-Encoding', 'gzip').end(gzipSync(file)),
    '/half': (res) => res.setHeader('Content-Length', file.length).write(file.subarray(0, file.length / 2)),
    '/html': (res) => res.end('<!doctype html><title>404</title>'),
    // What caches have of these is no good, what the server has is.
    '/damaged': (res, fresh) => res.end(fresh ? file : file.subarray(0, 5000)),
    '/gone': (res, fresh) => fresh ? res.end(file) : res.writeHead(404).end(),
    '/page/infer-simd.wasm': (res, fresh) => res.end(fresh ? kernels : '<!doctype html>'),
    '/cut/infer-simd.wasm': (res, fresh) => res.end(fresh ? kernels : kernels.subarray(0, 1000)),
    '/old/infer-simd.wasm': (res, fresh) => res.end(fresh ? kernels : OTHER),
    '/older/infer-simd.wasm': (res) => res.end(OTHER),
    '/cut': (res) => res.setHeader('Content-Length', file.length).write(file.subarray(0, 1000), () => res.destroy()),
  };
  const asked = [];
  const server = createServer((req, res) => {
    const fresh = req.headers['cache-control'] === 'no-cache'; // cache: 'reload'
    asked.push(`${req.url}${fresh ? ' anew' : ''}`);
    (answers[req.url] ?? (() => res.writeHead(404).end()))(res, fresh);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { base: `http://127.0.0.1:${server.address().port}`, size: file.length, asked };
}

test('a download reports its progress, then the loading', async (t) => {
  const { rt } = await openWorker(t);
  const { base, size } = await serve(t);
  for (const [path, total] of [['/whole', size], ['/gzip', 0]]) {
    const seen = [];
    const model = await rt.load(base + path, { onProgress: (p) => seen.push(p) });
    assert.equal(model.card.dims, 512);
    const download = seen.filter((p) => p.phase === 'download');
    const load = seen.filter((p) => p.phase === 'load');
    assert.deepEqual(download.at(-1), { phase: 'download', loaded: size, total });
    assert.ok(load.length > 1 && load.at(-1).total === size);
    assert.ok(seen.every((p, i) => i === 0 || p.phase !== seen[i - 1].phase || p.loaded >= seen[i - 1].loaded));
    assert.deepEqual(seen, [...download, ...load]);
  }
  const model = await rt.load(await fetch(base + '/whole'));
  assert.equal(model.card.dims, 512);
});

test('a download that fails says why', async (t) => {
  const { rt } = await openWorker(t);
  const { base } = await serve(t);
  await assert.rejects(rt.load(base + '/none'), { code: 'fetch', op: 'load', arg: base + '/none', got: 'HTTP status 404' });
  await assert.rejects(rt.load(base + '/cut'), { code: 'fetch', op: 'load' });
  await assert.rejects(rt.load('http://127.0.0.1:1/'), { code: 'fetch', op: 'load' });
  await assert.rejects(rt.load('file:///nowhere'), { code: 'fetch', op: 'load' });
  await assert.rejects(rt.load('no URL'), { code: 'fetch', op: 'load', arg: 'no URL' });
});

test('what a cache has damaged or old is fetched anew, once', async (t) => {
  const { base, asked } = await serve(t);
  const rt = await open({ variant: 'simd' });
  t.after(() => rt.close());
  for (const path of ['/damaged', '/gone']) {
    assert.equal((await rt.load(base + path)).card.dims, 512);
    assert.deepEqual(asked.splice(0), [path, `${path} anew`]);
  }
  await assert.rejects(rt.load(`${base}/html`), { code: 'file', op: 'load' });
  assert.deepEqual(asked.splice(0), ['/html', '/html anew']);
  await assert.rejects(rt.load(await fetch(`${base}/damaged`)), { code: 'file' }); // not ours to fetch
  assert.deepEqual(asked.splice(0), ['/damaged']);
  for (const folder of ['/page', '/cut', '/old']) {
    (await open({ variant: 'simd', wasmURL: base + folder })).close();
    assert.deepEqual(asked.splice(0), [`${folder}/infer-simd.wasm`, `${folder}/infer-simd.wasm anew`]);
  }
  await assert.rejects(open({ variant: 'simd', wasmURL: `${base}/older` }), (err) => {
    assert.deepEqual([err.code, err.arg, err.got, err.want], ['build', `${base}/older/infer-simd.wasm`, 'none', `${build}`]);
    assert.match(err.message, /serve the files of one build together, and reload the page/);
    return true;
  });
  await assert.rejects(open({ module: await WebAssembly.compile(OTHER) }), { code: 'build', arg: 'module' });
});

test('a worker of another build is an error', async (t) => {
  t.after(emulateWorkers);
  const fetched = t.mock.method(globalThis, 'fetch', async () => new Response());
  const address = 'https://site.example/fovea.js';
  globalThis.Worker = class { postMessage() { queueMicrotask(() => this.onmessage({ data: { fovea: 'core', build: 7, address } })); } terminate() {} };
  await assert.rejects(open({ worker: true }), { code: 'build', op: 'open', arg: 'worker.js', got: '7', want: `${build}` });
  assert.deepEqual(fetched.mock.calls.map((c) => c.arguments), [[address, { cache: 'reload' }]]);
});

test('a download that stalls is given up', async (t) => {
  const { rt } = await openWorker(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let cancelled = false;
  const half = new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1000)), cancel() { cancelled = true; } }));
  const loading = rt.load(half, { onProgress: () => setImmediate(() => setImmediate(() => t.mock.timers.tick(20_000))) });
  await assert.rejects(loading, { code: 'fetch', op: 'load', got: 'nothing came for 20 s, after 1000 bytes' });
  assert.ok(cancelled);
  t.mock.method(globalThis, 'fetch', (_, { signal }) => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason))));
  const silent = rt.load('https://site.example/model');
  setImmediate(() => t.mock.timers.tick(20_000));
  await assert.rejects(silent, { code: 'fetch', arg: 'https://site.example/model', got: 'nothing came for 20 s, after 0 bytes' });
});

test('a download can be aborted', async (t) => {
  const { rt } = await openWorker(t);
  const { base, size } = await serve(t);
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await assert.rejects(rt.load(base + '/half', { signal: controller.signal, onProgress }), { name: 'AbortError' });
  // A response that was fetched without the signal, when nothing more comes.
  const waiting = new AbortController();
  const half = ({ loaded }) => loaded === Math.floor(size / 2) && setImmediate(() => waiting.abort());
  await assert.rejects(rt.load(await fetch(base + '/half'), { signal: waiting.signal, onProgress: half }), { name: 'AbortError' });
});

test('loading aborted half-way frees the model', async (t) => {
  const { rt } = await openWorker(t);
  const controller = new AbortController();
  const onProgress = ({ phase }) => phase === 'load' && controller.abort();
  await assert.rejects(rt.load(modelURL.href, { signal: controller.signal, onProgress }), { name: 'AbortError' });
});
