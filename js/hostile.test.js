// Every public call with values that no caller should give: node --test js/
//
// Each of them is refused by a FoveaError or does something sane, and what was
// there before answers a good call as it did.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Focus } from './focus.js';
import { FoveaError, open } from './fovea.js';
import { emulateWorkers } from './worker.testing.js';

emulateWorkers();

const file = new Uint8Array(await readFile(new URL('../demo/model/use-lite-int8.safetensors', import.meta.url)));

const path = new URL('../demo/model/use-lite-int8.safetensors', import.meta.url).pathname;

const thrower = () => { throw new Error('a getter that throws'); };
class Liar extends Float32Array {
  get length() { return 1 << 30; }
  get byteLength() { return 1 << 30; }
}
class Thrower extends Float32Array {
  get length() { return thrower(); }
  get buffer() { return thrower(); }
}
function detached() {
  const a = new Float32Array(4);
  structuredClone(a.buffer, { transfer: [a.buffer] });
  return a;
}
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
const cyclic = {};
cyclic.self = cyclic;
const sparse = [];
sparse.length = 2 ** 31;

/** By name, made afresh for every use. */
const hostile = {
  undefined: () => undefined, null: () => null, true: () => true, 0: () => 0, '-1': () => -1, '0.5': () => 0.5, NaN: () => NaN, Infinity: () => Infinity,
  '2^32': () => 2 ** 32, '2^53': () => 2 ** 53, BigInt: () => 1n, Symbol: () => Symbol('s'), 'empty text': () => '', text: () => 'x',
  constructor: () => 'constructor', __proto__name: () => '__proto__', 'lone surrogate': () => '\ud800', function: () => () => {}, class: () => Map,
  object: () => ({}), 'no prototype': () => Object.create(null), array: () => [], 'array of arrays': () => [[]], 'array of Symbols': () => [Symbol('s')],
  sparse: () => sparse, 'huge length': () => ({ length: 2 ** 40 }), 'odd length': () => ({ length: 1n }), cyclic: () => cyclic, Map: () => new Map([['x', 1]]), Date: () => new Date(NaN),
  Promise: () => Promise.resolve(1), Error: () => new Error('e'), getter: () => ({ get data() { return thrower(); }, get signal() { return thrower(); }, get length() { return thrower(); } }),
  toString: () => ({ toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower, get [Symbol.toStringTag]() { return thrower(); } }),
  proxy: () => new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower }), revoked,
  'an own __proto__': () => JSON.parse('{"__proto__": {"signal": 1}, "constructor": 1}'),
  liar: () => new Liar(4), thrower: () => new Thrower(4), detached, BigInt64Array: () => new BigInt64Array(2), DataView: () => new DataView(new ArrayBuffer(4)),
  shared: () => new Float32Array(new SharedArrayBuffer(16)), 'fake signal': () => ({ aborted: true, throwIfAborted: thrower, addEventListener: thrower }),
  module: () => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), URL: () => new URL('data:,x'), Response: () => new Response(null),
};

const x = { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) };
const tokens = { ids: { shape: [1, 2], data: Int32Array.of(5, 6) }, lengths: { data: Int32Array.of(2) } };

/** A call's name, what it is made on, and its arguments, good ones, one by one. */
const calls = [
  ['rt', 'op', 'softmax', {}, { x }, {}],
  ['rt', 'stats', {}],
  ['rt', 'load', file.subarray(0, 100), {}],
  ['model', 'session', {}],
  ['model', 'tokenize', 'a cat', {}],
  ['model', 'split', 'A cat. A dog.', {}],
  ['model', 'plan', [1, 2], 2, 8, {}],
  ['model', 'select', [0.5, 0.25], [1, 2], 0.5, {}],
  ['model', 'windows', [1, 200], 128, {}],
  ['model', 'best', [0.5, 0.25], [{ text: 0 }, { text: 1 }], 2, {}],
  ['session', 'run', 'encode', tokens, {}],
  ['focus', 'open', 'A cat. A dog.', {}],
  ['doc', 'focus', { text: 'cat', budget: 0.5 }, {}],
  ['doc', 'shade', 0, {}],
  ['doc', 'sentence', 0],
];

/** What stands deeper within an argument: a call, the index of an argument and a way to put a value there. */
const within = [
  ['rt', 'op', 1, (v) => ({ log: v })], ['rt', 'op', 1, (v) => ({ [v]: 1 })], ['rt', 'op', 2, (v) => ({ x: v })], ['rt', 'op', 2, (v) => ({ x: { ...x, data: v } })],
  ['rt', 'op', 2, (v) => ({ x: { ...x, shape: v } })], ['rt', 'op', 2, (v) => ({ x: { ...x, shape: [1, v] } })], ['rt', 'op', 2, (v) => ({ x: { ...x, dtype: v } })],
  ['rt', 'op', 2, (v) => ({ x, [v]: x })], ['rt', 'op', 3, (v) => ({ outputs: v })], ['rt', 'op', 3, (v) => ({ outputs: [v] })],
  ['rt', 'op', 3, (v) => ({ signal: v })], ['rt', 'load', 1, (v) => ({ signal: v })], ['rt', 'load', 1, (v) => ({ onProgress: v })],
  ['model', 'session', 0, (v) => ({ batch: v })], ['model', 'session', 0, (v) => ({ [v]: 1 })], ['model', 'tokenize', 1, (v) => ({ prose: v })],
  ['model', 'plan', 0, (v) => [1, v]], ['model', 'select', 0, (v) => [1, v]], ['model', 'select', 1, (v) => [v, 1]],
  ['model', 'best', 1, (v) => [{ text: v }, { text: 0 }]], ['model', 'best', 1, (v) => [v, v]],
  ['session', 'run', 1, (v) => ({ ...tokens, ids: v })], ['session', 'run', 1, (v) => ({ ...tokens, ids: { ...tokens.ids, data: v } })], ['session', 'run', 2, (v) => ({ signal: v })],
  ['doc', 'focus', 0, (v) => ({ text: v, budget: 1 })], ['doc', 'focus', 0, (v) => ({ budget: v })], ['doc', 'focus', 1, (v) => ({ signal: v })], ['focus', 'open', 1, (v) => ({ onProgress: v })],
];

for (const worker of [false, true]) {
  test(`hostile values, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
    const on = {};
    on.rt = await open({ worker, variant: 'simd' });
    t.after(() => on.rt.close());
    on.model = await on.rt.load(file);
    on.session = on.model.session();
    on.focus = new Focus(on.model);
    on.doc = await on.focus.open('A cat sat. A dog barked.');
    const good = async () => [await on.rt.op('softmax', {}, { x }), await on.session.run('encode', tokens), await on.model.select([1, 2], [1, 1], 0.5)];
    const want = await good();

    const attempt = async (what, target, method, args) => {
      try {
        await on[target][method](...args);
      } catch (err) {
        assert.ok(err instanceof FoveaError, `${what}: ${err?.stack ?? String(err)}`);
        assert.ok(!['trap', 'internal', 'worker'].includes(err.code), `${what}: ${err.stack}`);
        assert.match(err.message, /^fovea: .{10,}$/s, what);
      }
    };
    for (const [target, method, ...args] of calls) {
      for (const i of args.keys()) {
        for (const [name, make] of Object.entries(hostile)) {
          await attempt(`${method}, argument ${i}: ${name}`, target, method, args.with(i, make()));
        }
      }
    }
    for (const [target, method, i, put] of within) {
      const args = calls.find((c) => c[0] === target && c[1] === method).slice(2);
      for (const [name, make] of Object.entries(hostile)) {
        let value;
        try {
          value = put(make());
        } catch { // no key of an object
          continue;
        }
        await attempt(`${method}, in argument ${i}: ${name}`, target, method, args.with(i, value));
      }
      assert.deepEqual(await good(), want, method);
    }
  });
}

test('what opens a runtime is refused by name, and so is what is none', async () => {
  for (const key of ['worker', 'variant', 'backend', 'threads', 'wasmURL', 'module', 'maxMemory', 'onWarning']) {
    for (const [name, make] of Object.entries(hostile)) {
      const err = await open({ worker: false, variant: 'simd', [key]: make() }).then((rt) => rt.close(), (e) => e);
      assert.ok(err === undefined || err instanceof FoveaError, `${key} ${name}: ${err?.stack}`);
    }
  }
  for (const [name, make] of Object.entries(hostile)) {
    const err = await open(make()).then((rt) => rt.close(), (e) => e);
    assert.ok(err === undefined || err instanceof FoveaError, `options ${name}: ${err?.stack}`);
    assert.throws(() => new Focus(make()), FoveaError, name);
  }
});

test('a polluted Object.prototype changes nothing', async (t) => {
  const rt = await open({ variant: 'simd' });
  t.after(() => rt.close());
  const model = await rt.load(file);
  const run = () => Promise.all([rt.op('softmax', {}, { x }), rt.op('gather', {}, { table: { shape: [2, 2], data: x.data }, ids: { data: Int32Array.of(1) } }),
    model.session().run('encode', tokens), model.tokenize('A  cat')]);
  const want = await run();
  const inherited = { log: 1, scale: 3, axis_from_last: 1, outputs: ['none'], signal: 1, prose: true, dtype: 'i32', shape: [4], bias: x, batch: 64, tokens: 9 };
  t.after(() => { for (const name of Object.keys(inherited)) delete Object.prototype[name]; });
  for (const [name, value] of Object.entries(inherited)) Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  assert.deepEqual(await run(), want);
});

for (const worker of [false, true]) {
  test(`a buffer can be used again at once, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
    const rt = await open({ worker, variant: 'simd' });
    t.after(() => rt.close());
    const bytes = file.slice();
    const loading = rt.load(bytes);
    bytes.fill(0);
    const model = await loading;
    const data = Float32Array.of(1, 2);
    const shape = [2];
    const scores = [3, 1];
    const called = [];
    for (const v of [1, 5, 9]) { // the first is computed at once, the others wait
      data.fill(v);
      shape[0] = 2;
      called.push(rt.op('add', {}, { x: { shape, data }, y: { shape, data } }));
      shape[0] = 7;
    }
    const selected = model.select(scores, [1, 1], 0.5);
    scores.reverse();
    data.fill(0);
    assert.deepEqual((await Promise.all(called)).map(({ out }) => out.data[1]), [2, 10, 18]);
    assert.deepEqual(await selected, [0]);
  });
}

test('calls end when the runtime is closed among them', async () => {
  for (const worker of [false, true]) {
    const rt = await open({ worker, variant: 'simd' });
    const model = await rt.load(file);
    const calls = [model.tokenize('a'), rt.op('softmax', {}, { x }), model.close(), model.close(), model.tokenize('b')];
    rt.close();
    rt.close();
    calls.push(rt.op('softmax', {}, { x }), model.close(), rt.load(file));
    for (const { reason } of await Promise.allSettled(calls)) assert.ok(reason === undefined || reason.code === 'closed', `${reason?.stack}`);
  }
});

for (const worker of [false, true]) {
  test(`a model comes from whatever has its bytes, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
    const rt = await open({ worker, variant: 'simd' });
    t.after(() => rt.close());
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    for (const source of [file, file.buffer, shared, new Blob([file]), new File([file], 'm'), new Response(file), path, new URL(`file://${path}`)]) {
      const model = await rt.load(source);
      assert.equal(model.card.dims, 512);
      await model.close();
    }
  });
}

test('what is no model is named, and what came in its place', async (t) => {
  const rt = await open({ variant: 'simd' });
  t.after(() => rt.close());
  const page = (status) => new Response('<!doctype html><title>Not found</title>', { status });
  const used = new Response(file);
  await used.arrayBuffer();
  const sources = 'an address, a Response, a Blob, an ArrayBuffer or a Uint8Array';
  for (const [source, code, message] of [
    [page(200), 'file', 'the model file is damaged: it is HTML, want safetensors'],
    ['data:text/html,<!doctype html>', 'file', 'the model file is damaged: it is HTML, want safetensors (data:text/html,<!doctype html>)'],
    [page(500), 'fetch', 'the Response cannot be fetched: HTTP status 500'],
    [used, 'fetch', 'the Response cannot be fetched: its body has been read already'],
    ['./nowhere.safetensors', 'fetch', "./nowhere.safetensors cannot be fetched: ENOENT: no such file or directory, open './nowhere.safetensors'"],
    [await WebAssembly.compile(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url))), 'value', `source is WebAssembly.Module, not ${sources}`],
    [null, 'value', `source is null, not ${sources}`],
    [undefined, 'value', `source is nothing, not ${sources}`],
    [5, 'value', `source is 5, not ${sources}`],
    ['', 'value', `source is '', not ${sources}`],
    [new Uint8Array(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url))), 'file', 'the model file is damaged: it is WebAssembly, want safetensors'],
  ]) await assert.rejects(rt.load(source), { name: 'FoveaError', code, message: `fovea: load: ${message}` });
});
