// Tests of the bridge, inline and in a worker: node --test js/

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Core } from './core.js';
import { FoveaError, open } from './fovea.js';
import { readSafetensors } from './safetensors.js';
import { emulateWorkers } from './worker.testing.js';

emulateWorkers();
const modelURL = new URL('../demo/model/use-lite-int8.safetensors', import.meta.url);
const file = new Uint8Array(await readFile(modelURL));

/** Runs a test inline and in a worker, on a runtime that is closed after it. */
function both(name, body) {
  for (const worker of [false, true]) {
    test(`${name}, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
      const rt = await open({ worker, variant: 'simd' });
      t.after(() => rt.close());
      await body(rt, t);
    });
  }
}

/** Checks the fields of a FoveaError and that its message has words. */
async function fails(promise, want) {
  const err = await promise.then(() => assert.fail(`no error, want ${want.code}`), (e) => e);
  assert.ok(err instanceof FoveaError, `${err.stack}`);
  const { code, op, arg, got } = err;
  assert.deepEqual({ code, op, arg, got, ...want }, { code, op, arg, got });
  assert.match(err.message, /^fovea: .{10,}$/);
  assert.doesNotMatch(err.message, /\{\w+\}|undefined/);
}

const ids = (...rows) => ({
  ids: { shape: [rows.length, rows[0].length], data: Int32Array.from(rows.flat()) },
  lengths: { data: Int32Array.from(rows, (r) => r.length) },
});

both('the model describes itself', async (rt) => {
  const model = await rt.load(file);
  assert.equal(model.card.dims, 512);
  assert.equal(model.card.maxTokens, 128);
  assert.deepEqual(model.programs.find((p) => p.name === 'encode'), {
    name: 'encode',
    dims: [{ name: 'batch', min: 1, max: 64 }, { name: 'tokens', min: 1, max: 128 }],
    inputs: [{ name: 'ids', dtype: 'i32', shape: ['batch', 'tokens'] }, { name: 'lengths', dtype: 'i32', shape: ['batch'] }],
    outputs: [{ name: 'embedding', dtype: 'f32', shape: ['batch', '512'] }],
  });
});

both('encode gives unit vectors that do not depend on the batch', async (rt) => {
  const session = (await rt.load(file)).session();
  const two = await session.run('encode', ids([5, 6, 7], [8, 9, 10]));
  const one = await session.run('encode', ids([8, 9, 10]));
  assert.deepEqual(two.embedding.shape, [2, 512]);
  assert.deepEqual(two.embedding.data.slice(512), one.embedding.data);
  const norm = Math.hypot(...one.embedding.data);
  assert.ok(Math.abs(norm - 1) < 1e-5, `norm ${norm}`);
});

both('a run says what is wrong with its inputs', async (rt) => {
  const model = await rt.load(file);
  const session = model.session();
  const good = ids([5, 6]);
  const run = (change) => session.run('encode', { ...good, ...change });
  await fails(session.run('encod', good), { code: 'unknown', op: 'run', arg: 'encod' });
  await fails(run({ lengths: undefined }), { code: 'missing', op: 'encode', arg: 'lengths' });
  await fails(run({ length: good.lengths }), { code: 'unknown', op: 'encode', arg: 'length' });
  await fails(run({ lengths: { data: Float32Array.of(2) } }), { code: 'input-type', arg: 'lengths', got: 'f32' });
  await fails(run({ lengths: { data: [2] } }), { code: 'input-type', arg: 'lengths', got: 'Array' });
  await fails(run({ lengths: null }), { code: 'input-type', arg: 'lengths', got: 'nothing' });
  await fails(run({ lengths: { dtype: 'f32', data: Int32Array.of(2) } }), { code: 'input-type', arg: 'lengths' });
  await fails(run({ lengths: { data: Int32Array.of(2, 2) } }), { code: 'input-shape', arg: 'lengths', got: '[2]' });
  await fails(run({ lengths: { shape: [2], data: Int32Array.of(2) } }), { code: 'input-data', arg: 'lengths', got: '1' });
  await fails(run({ lengths: { shape: [-1], data: new Int32Array() } }), { code: 'input-shape', arg: 'lengths', got: '[-1]' });
  await fails(run({ lengths: { shape: [1.5], data: new Int32Array() } }), { code: 'input-shape', arg: 'lengths', got: '[1.5]' });
  await fails(run({ ids: { data: Int32Array.of(5, 6) } }), { code: 'input-shape', arg: 'ids', got: '[2]' });
  await fails(run({ ids: { shape: [1, 0], data: new Int32Array() } }), { code: 'dim-low', arg: 'tokens', got: '0' });
  await fails(session.run('encode', ids(Array(129).fill(5))), { code: 'dim-high', arg: 'tokens', got: '129' });
  await fails(session.run('encode', ids([5, 8002])), { code: 'index', op: 'gather', got: '8002' });
  await fails(session.run('encode', ids([-1])), { code: 'index', op: 'gather', got: '-1' });
  await fails(run({ lengths: { data: Int32Array.of(3) } }), { code: 'length', op: 'attention', got: '3' });
  const { embedding } = await run({});
  assert.equal(embedding.data.length, 512);
});

both('a session fixes dimensions', async (rt) => {
  const model = await rt.load(file);
  assert.throws(() => model.session({ batchs: 1 }), { code: 'unknown', arg: 'batchs' });
  assert.throws(() => model.session({ batch: 65 }), { code: 'dim-value', got: '65' });
  assert.throws(() => model.session({ batch: '2' }), { code: 'dim-value', got: '2' });
  const session = model.session({ batch: 2 });
  await session.run('encode', ids([5], [6]));
  await fails(session.run('encode', ids([5])), { code: 'input-shape', arg: 'ids', got: '[1 1]' });
});

both('NaN goes through as NaN', async (rt) => {
  const { out } = await rt.op('scores', {}, {
    q: { shape: [1, 2], data: Float32Array.of(1, 0) },
    keys: { shape: [2, 2], data: Float32Array.of(2, 0, NaN, 0) },
  });
  assert.deepEqual(out, { dtype: 'f32', shape: [1, 2], data: Float32Array.of(2, NaN) });
});

both('a single operation against Math', async (rt) => {
  const x = Float32Array.from({ length: 10 }, (_, i) => Math.sin(i));
  const { out } = await rt.op('softmax', {}, { x: { shape: [2, 5], data: x } });
  for (const row of [0, 5]) {
    const e = Array.from(x.slice(row, row + 5), Math.exp);
    const sum = e.reduce((a, b) => a + b);
    e.forEach((v, i) => assert.ok(Math.abs(out.data[row + i] - v / sum) <= 1e-7));
  }
  const relu = await rt.op('activation', { act: 'relu' }, { x: { data: Float32Array.of(-1, 2) } });
  assert.deepEqual(relu.out.data, Float32Array.of(0, 2));
  const table = new Float32Array(new Float32Array([9, 1, 2, 3, 4]).buffer, 4); // a view with an offset
  const rows = await rt.op('gather', { scale: 2 }, { table: { shape: [2, 2], data: table }, ids: { data: Int32Array.of(1) } });
  assert.deepEqual(rows.out, { dtype: 'f32', shape: [1, 2], data: Float32Array.of(6, 8) });
});

both('an operation says what is wrong', async (rt) => {
  const x = { data: Float32Array.of(1) };
  await fails(rt.op('sofmax', {}, { x }), { code: 'unknown', op: 'op', arg: 'sofmax' });
  await fails(rt.op('softmax', {}, {}), { code: 'missing', op: 'softmax', arg: 'x' });
  await fails(rt.op('softmax', {}, { x, y: x }), { code: 'unknown', op: 'softmax', arg: 'y' });
  await fails(rt.op('softmax', { axis: 1 }, { x }), { code: 'unknown', op: 'softmax', arg: 'axis' });
  await fails(rt.op('softmax', {}, { x: { data: Int32Array.of(1) } }), { code: 'operand-type', op: 'softmax', arg: 'x' });
  await fails(rt.op('pool', {}, { x }), { code: 'missing', op: 'pool', arg: 'kind' });
  await fails(rt.op('activation', { act: 'swish' }, { x }), { code: 'value', op: 'activation', arg: 'act', got: 'swish' });
  await fails(rt.op('activation', { act: 99 }, { x }), { code: 'attr-value', op: 'activation', arg: 'act', got: '99' });
  await fails(rt.op('add', {}, { x, y: { data: Float32Array.of(1, 2) } }), { code: 'shape', op: 'add', arg: 'y', got: '2' });
  await fails(rt.op('softmax', {}, { x: { shape: [1, 1, 1, 1, 1, 1, 1], data: x.data } }), { code: 'input-shape', op: 'softmax', arg: 'x' });
});

both('an attribute is named with its value and with what is taken', async (rt) => {
  const x = { shape: [1, 4, 8], data: new Float32Array(32) };
  const scale = { data: new Float32Array(8) };
  const acts = 'none, relu, gelu, gelu_tanh, tanh, silu or sigmoid';
  for (const [op, attrs, tensors, want] of [ // as in wasm/op_test.go
    ['rope', { heads: 1, dim: 8, base: 0.5 }, { x }, 'attribute base is 0.5, not 0 or a number from 1 up'],
    ['rope', { heads: 1, dim: 8, rotary: 10 }, { x }, 'attribute rotary is 10, over the limit of 8'],
    ['layer_norm', { eps: -1 }, { x, scale }, 'attribute eps is -1, not a number from 0 up'],
    ['rms_norm', { eps: -0.1 }, { x, scale }, 'attribute eps is -0.1, not a number from 0 up'],
    ['l2_normalize', { eps: NaN }, { x }, 'attribute eps is NaN, not a number from 0 up'],
    ['l2_normalize', { eps: -1e-7 }, { x }, 'attribute eps is -1e-7, not a number from 0 up'],
    ['logarithm', { floor: 0, offset: Infinity }, { x }, 'attribute offset is Infinity, not a finite number'],
    ['activation', { act: 99 }, { x }, `attribute act is 99, not ${acts}`],
    ['activation', { act: 'swish' }, { x }, `act is swish, not ${acts}`],
    ['pool', { kind: 1.5 }, { x }, 'kind is 1.5, not 0 to 4'],
    ['attention', { heads: 4, dim: 2, kv_heads: 3 }, { q: x, k: x, v: x }, 'attribute heads is 4, not a multiple of 3'],
    ['softmax', {}, { x: { data: Int32Array.of(1) } }, 'operand x: dtype i32 is not taken'],
  ]) await assert.rejects(rt.op(op, attrs, tensors), { name: 'FoveaError', message: `fovea: ${op}: ${want}` });
});

both('attributes that are left out have their documented defaults', async (rt) => {
  const x = { shape: [1, 3, 24], data: Float32Array.from({ length: 72 }, (_, i) => i * i % 17 / 8 - 1) };
  const qkv = { q: x, k: x, v: x };
  const less = await rt.op('attention', { heads: 2, dim: 12, causal: true }, qkv);
  const full = await rt.op('attention', { heads: 2, dim: 12, vdim: 12, q_col: 0, k_col: 0, v_col: 0, scale: 1 / Math.sqrt(12), causal: 1 }, qkv);
  assert.deepEqual(less, full);
  const other = await rt.op('attention', { heads: 2, dim: 12, scale: 0, causal: true }, qkv);
  assert.notDeepEqual(other.out.data, full.out.data, 'a scale of 0 is 0');
});

const oddTexts = {
  empty: '', space: ' \t\n', control: '\0\x01\x7f\x85', emoji: 'a 👩‍👩‍👧 b. 🇫🇷 c!', 'lone surrogates': 'a \ud800 b\udc00. c\udfff',
  combining: 'e\u0301\u0302. o\u0308', 'a megabyte': 'a'.repeat(1 << 20),
};

both('offsets of odd texts lie in them and in order', async (rt) => {
  const model = await rt.load(file);
  for (const [name, text] of Object.entries(oddTexts)) {
    for (const spans of [await model.tokenize(text), await model.split(text)]) {
      let at = 0;
      for (const { start, end } of spans) {
        assert.ok(at <= start && start <= end && end <= text.length, `${name}: ${start}..${end} after ${at}`);
        at = start;
      }
    }
  }
});

both('offsets count UTF-16 units', async (rt) => {
  const model = await rt.load(file);
  const text = '🙂 Light \ud800 waves. Next one.';
  const pieces = (spans) => spans.map(({ start, end }) => text.slice(start, end));
  const tokens = pieces(await model.tokenize(text));
  for (const piece of ['🙂', ' Light', '\ud800', ' wave']) assert.ok(tokens.includes(piece), `${piece} in ${tokens}`);
  assert.deepEqual(pieces(await model.split(text)), ['🙂 Light \ud800 waves.', 'Next one.']);
});

both('plan and select', async (rt) => {
  const model = await rt.load(file);
  const batches = await model.plan([5, 200, 1, 0, 7], 2, 9);
  assert.deepEqual(batches.flatMap((b) => b.indices).sort(), [0, 1, 2, 3, 4]);
  assert.equal(batches.at(-1).tokens, 9);
  assert.deepEqual(await model.select(Float32Array.of(0.1, 0.9, 0.5), [1, 1, 2], 0.75), [1, 2]);
  assert.deepEqual(await model.select([], [], 1), []);
  await fails(model.select([1], [1, 2], 1), { code: 'value', op: 'select' });
  assert.deepEqual(await model.windows([3, 9, 0], 4), [[0, 0, 3], [1, 0, 4], [1, 3, 7], [1, 5, 9], [2, 0, 0]].map(([text, start, end]) => ({ text, start, end })));
  assert.deepEqual(await model.best([1, NaN, 2, 5, NaN], [0, 0, 0, 1, 2].map((text) => ({ text })), 3), Float32Array.of(2, 5, NaN));
  await fails(model.windows([3], 0), { code: 'value', op: 'windows', arg: 'maxTokens', got: '0' });
  await fails(model.best([1], [], 1), { code: 'value', op: 'best' });
  await fails(model.best([1], [{ text: 1 }], 1), { code: 'argument', op: 'best' });
  await fails(model.plan([1, -1], 2, 9), { code: 'value', op: 'plan', arg: 'lens[1]', got: '-1' });
  await fails(model.plan([1], 1.5, 9), { code: 'value', op: 'plan', arg: 'maxBatch', got: '1.5' });
});

both('a damaged file is refused', async (rt) => {
  for (const n of [0, 7, 8, 100, 5000, file.length - 1]) {
    await fails(rt.load(file.slice(0, n)), { code: 'file', op: 'load' });
  }
  for (const at of [0, 3, 9, 200, 6000, 100_000, file.length - 1]) {
    const flipped = file.slice();
    flipped[at] ^= 0x10;
    await fails(rt.load(flipped), { code: 'file', op: 'load' });
  }
  await fails(rt.load(new ArrayBuffer(0)), { code: 'file', op: 'load' });
});

/** The bytes of a model file of these entries and metadata. */
function written(metadata, entries) {
  let end = 0;
  const header = { __metadata__: metadata };
  for (const { name, dtype, shape, bytes } of entries) header[name] = { dtype, shape, data_offsets: [end, end += bytes.length] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, ...entries.map((e) => e.bytes)]));
}

test('programs have names of their own', async () => {
  const { metadata, entries } = readSafetensors(file);
  const core = new Core();
  const variant = 'simd';
  core.openSync({ module: await WebAssembly.compile(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url))), variant });
  const refused = (list, arg, got) => assert.throws(() => core.loadSync(written(metadata, list)), { code: 'file', op: 'load', arg, got });
  assert.equal(core.loadSync(written(metadata, entries)).programs.length, 4);
  const score = entries.find((e) => e.name === 'program.score');
  refused([score, { ...score, name: 'program.b' }, ...entries.filter((e) => e !== score)], 'program.b', 'two programs are called "score"');
  refused(entries.filter((e) => !e.name.startsWith('program.')), '', 'it has no program');
  const words = new Uint32Array(score.bytes.slice().buffer);
  const tensors = words[12] / 4; // see wasm/program/format.go
  words.copyWithin(tensors + 16, tensors, tensors + 2); // the second tensor's name
  const twice = { ...score, bytes: new Uint8Array(words.buffer) };
  refused(entries.map((e) => e === score ? twice : e), 'program.score', 'two inputs or outputs are called "query"');
});

both('a closed model and runtime', async (rt) => {
  const model = await rt.load(file);
  const session = model.session();
  await model.close();
  await fails(session.run('encode', ids([5])), { code: 'closed', arg: 'model' });
  const other = await rt.load(file);
  const pending = other.tokenize('a'.repeat(1 << 18));
  rt.close();
  await pending.then(() => {}, (err) => assert.equal(err.code, 'closed')); // inline it may be done already
  await fails(other.tokenize('a'), { code: 'closed', arg: 'runtime' });
});

both('an aborted signal rejects with its reason', async (rt) => {
  const model = await rt.load(file);
  const reason = new Error('changed my mind');
  const signal = AbortSignal.abort(reason);
  for (const call of [
    rt.load(file, { signal }), rt.op('softmax', {}, {}, { signal }), model.tokenize('a', { signal }), model.split('a', { signal }),
    model.plan([1], 1, 1, { signal }), model.select([1], [1], 1, { signal }), model.session().run('encode', ids([5]), { signal }),
  ]) {
    await assert.rejects(call, reason);
  }
});

both('the reason of an abort can be anything, where there are policies too', async (rt, t) => {
  globalThis.SecurityPolicyViolationEvent = class {};
  t.after(() => { delete globalThis.SecurityPolicyViolationEvent; });
  await rt.load(file, { signal: AbortSignal.abort(null) }).then(() => assert.fail('loaded'), (err) => assert.equal(err, null));
});

both('a runtime says what computes', async (rt) => {
  await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  assert.deepEqual(await rt.stats(), { variant: 'simd', threads: 1, backend: 'wasm', adapter: null, dispatches: {}, fallbacks: 0 });
  assert.deepEqual([rt.variant, rt.threads, rt.backend], ['simd', 1, 'wasm']);
});

for (const worker of [false, true]) {
  test(`WebGPU that is not there is a warning, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
    const warnings = [];
    const rt = await open({ worker, variant: 'simd', backend: 'webgpu', onWarning: (message) => warnings.push(message) });
    t.after(() => rt.close());
    assert.equal(rt.backend, 'wasm');
    assert.deepEqual(warnings, ['fovea: there is no WebGPU adapter; computing on WebAssembly']);
  });
}

test('the core computes without a promise', async () => {
  const core = new Core();
  assert.equal(core.openSync({ module: await WebAssembly.compile(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url))), variant: 'simd' }).threads, 1);
  const { id, card } = core.loadSync(file);
  assert.equal(card.dims, 512);
  assert.equal(core.run(id, 'encode', {}, ids([5, 6])).embedding.data.length, 512);
  assert.deepEqual(core.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } }).out.data, Float32Array.of(3));
  assert.equal(core.tokenize(id, 'light', false).length, 1);
  assert.throws(() => core.loadSync(file.subarray(0, 100)), { code: 'file' });
});

test('a URL is relative to the page', async (t) => {
  globalThis.location = { href: 'http://127.0.0.1:1/page/' };
  t.after(() => { delete globalThis.location; });
  const rt = await open({ worker: false, module: await WebAssembly.compile(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url))) });
  await fails(rt.load('m.safetensors'), { code: 'fetch', op: 'load', arg: 'm.safetensors' });
  await fails(rt.load('http://['), { code: 'fetch', op: 'load', arg: 'http://[', got: 'Invalid URL' });
});

test('the module can be given or be elsewhere', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('../wasm/infer-simd.wasm', import.meta.url)));
  const rt = await open({ module, variant: 'simd' });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  assert.equal(out.data[0], 3);
  await fails(open({ wasmURL: new URL('./nowhere/', import.meta.url) }), { code: 'fetch', op: 'open' });
  for (const [arg, values] of Object.entries({
    variant: ['fast', 1], backend: ['gpu', true], threads: [0, 65, 1.5, '2', NaN, 'all'], maxMemory: [0, -1, 2 ** 33, '1G', NaN],
  })) {
    for (const got of values) await fails(open({ [arg]: got }), { code: 'value', op: 'open', arg, got: `${got}` });
  }
  await fails(open({ wasmURL: 'wasm/' }), { code: 'value', op: 'open', arg: 'wasmURL' }); // of which page?
  const folder = await open({ wasmURL: new URL('../wasm', import.meta.url), variant: 'simd' }); // no slash at its end
  folder.close();
});

for (const worker of [false, true]) {
  test(`training takes the module that has it, ${worker ? 'in a worker' : 'inline'}`, async (t) => {
    const one = (v) => ({ shape: [1, 1, 1], data: Float32Array.of(v) });
    const grad = (rt) => rt.op('attention_grad', { heads: 1, dim: 1, vdim: 1, q_col: 0, k_col: 0, v_col: 0, scale: 1 },
      { q: one(2), k: one(3), v: one(5), out: one(5), dout: one(7) });
    const rt = await open({ worker, variant: 'simd', training: true });
    t.after(() => rt.close());
    const { dq, dv } = await grad(rt);
    assert.deepEqual([dq.data[0], dv.data[0]], [0, 7]);
    const inference = await open({ worker, variant: 'simd' });
    t.after(() => inference.close());
    await fails(grad(inference), { code: 'level', op: 'attention_grad', got: '1' });
  });
}
