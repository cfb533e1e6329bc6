// What must hold of a crew, in every engine with threads. Each proof gives a line to print, or throws.
import { Crew } from './crew.js';

const CREW_LOST = 70;
const IN_TIME = 1000; // ms from a worker's end to the caller's error
const SIZES = [1, 2, 3];
const SCRATCH = 16; // words of a bound table, see kernels/bind.go
const OWN_SCRATCH = 24;

/**
 * Runs all proofs.
 * @param {{spawn: import('./crew.js').Spawn, read: (path: string) => Promise<Uint8Array>, variant: string, grace: number}} host
 *   grace is how long, in ms, a worker goes on that was killed
 */
export async function prove({ spawn, read, variant, grace }) {
  const module = await WebAssembly.compile(await read(`wasm/infer-${variant}-threads.wasm`));
  const model = await read('demo/model/use-lite-int8.safetensors');
  const start = (size) => Crew.start(spawn, module, size);
  const lines = [];
  for (const [name, proof] of Object.entries(proofs)) {
    const begun = performance.now();
    try {
      lines.push({ name, ok: true, said: await proof({ start, spawn, grace, module, model, single: await single(read, variant) }) });
    } catch (err) {
      lines.push({ name, ok: false, said: String(err.stack ?? err) });
    }
    lines.at(-1).ms = Math.round(performance.now() - begun);
  }
  return lines;
}

/** The module for one thread with the face of a crew. */
async function single(read, variant) {
  const { instance } = await WebAssembly.instantiate(await read(`wasm/infer-${variant}.wasm`), {});
  const alone = new Crew();
  alone.memory = instance.exports.memory;
  alone.ask = async (name, args) => ({ result: instance.exports[name](...args) >>> 0 });
  return alone;
}

function check(ok, what) {
  if (!ok) throw new Error(what);
}

const same = (a, b) => a.length === b.length && a.every((bytes, i) => bytes.length === b[i].length && bytes.every((v, j) => v === b[i][j]));

/** n numbers around 0, none of them special. */
const ramp = (n) => Float32Array.from({ length: n }, (_, i) => ((i * 37) % 101 - 50) / 64);
const tensor = (...shape) => ({ shape, data: ramp(shape.reduce((a, b) => a * b)) });
const int = (v) => [1, v];
const float = (v) => [2, new Uint32Array(Float32Array.of(v).buffer)[0]];

/** Operations that are split in each of the ways there are. */
const OPS = [
  ['matmul', 4, [tensor(150, 70), tensor(70, 203), tensor(203), tensor(150, 203)], [int(2)]],
  ['attention', 5, [tensor(2, 140, 192), tensor(2, 140, 192), tensor(2, 140, 192), null], [int(4), int(16), int(16), int(0), int(64), int(128), float(0.25)]],
  ['attention_weights', 6, [tensor(2, 40, 64), tensor(2, 40, 64), null], [int(4), int(16), int(0), int(0), float(0.25)]],
  ['layer_norm', 3, [tensor(70, 513), tensor(513), tensor(513)], [float(1e-6)]],
  ['scores', 9, [tensor(3, 33), tensor(500, 33)], []],
];

async function runOp(crew, code, inputs, attrs) {
  const program = await crew.op(code, inputs, attrs);
  const table = await crew.bind(program, [], inputs.filter(Boolean).map((t) => t.data));
  check(await crew.call('run', [table]) === 0, `run failed: ${crew.words(64, 7)}`);
  return crew.outputs(table, program);
}

/** Token ids and lengths of a batch. */
function batchOf(batch, tokens) {
  const ids = Int32Array.from({ length: batch * tokens }, (_, i) => (i * 7919 + 13) % 8002);
  return [ids, Int32Array.from({ length: batch }, (_, i) => 1 + (tokens - 1 + i * 5) % tokens)];
}

/** Binds a program of the model for a batch. */
const bindBatch = (crew, program, batch, tokens) => crew.bind(program, [batch, tokens], batchOf(batch, tokens));

const SHAPES = [['encode', 1, 1], ['encode', 1, 19], ['attend', 2, 128], ['encode', 7, 77]];

async function runModel(crew, programs) {
  const all = [];
  for (const [name, batch, tokens] of SHAPES) {
    const program = programs.get(name);
    const table = await bindBatch(crew, program, batch, tokens);
    check(await crew.call('run', [table]) === 0, `${name} failed: ${crew.words(64, 7)}`);
    all.push(...crew.outputs(table, program));
  }
  return all;
}

/** Runs a large batch again and again, and comes back when tiles of the first run are taken; the answer is in an array. */
async function longRun(crew, programs) {
  const table = await bindBatch(crew, programs.get('encode'), 64, 128);
  const idle = crew.progress();
  const running = crew.ask('run', [table], 1000);
  while (crew.progress() === idle) await new Promise((go) => { setTimeout(go, 1); });
  return [running];
}

/** Waits for a run that must fail as one does that lost a worker, in time, or so much later. */
async function lost(crew, running, since, later = 0) {
  const { result, trap } = await running;
  const ms = performance.now() - since;
  check(result === CREW_LOST, `run gave ${result ?? trap} where a worker was lost`);
  check(ms < IN_TIME + later, `the error came after ${ms} ms`);
  return ms;
}

const milliseconds = (all) => `${all.map((ms) => ms.toFixed(0)).join(', ')} ms`;

const proofs = {
  async 'the same bits of every operation'({ start, single }) {
    for (const size of SIZES) {
      const crew = await start(size);
      for (const [name, code, inputs, attrs] of OPS) {
        check(same(await runOp(crew, code, inputs, attrs), await runOp(single, code, inputs, attrs)), `${name} differs with ${size}`);
      }
      crew.close();
    }
    return `${OPS.length} operations × ${SIZES} workers`;
  },

  async 'the same bits of a model'({ start, model, single }) {
    const want = await runModel(single, await single.load(model));
    for (const size of SIZES) {
      const crew = await start(size); // those who follow do while the memory grows
      check(same(await runModel(crew, await crew.load(model)), want), `the model differs with ${size}`);
      crew.close();
    }
    return `${SHAPES.length} runs × ${SIZES} workers, ${want.reduce((n, o) => n + o.length, 0)} bytes`;
  },

  async 'bad data is told, and the crew goes on'({ start, model }) {
    const crew = await start(2);
    const encode = (await crew.load(model)).get('encode');
    const [ids, lengths] = batchOf(1, 9);
    ids[4] = 8002;
    const bad = await crew.bind(encode, [1, 9], [ids, lengths]);
    check(await crew.call('run', [bad]) === 67, 'a bad id ran');
    const [code, op, position, got] = crew.words(64, 4);
    check(`${[code, op, position, got]}` === '67,0,4,8002', `record ${[code, op, position, got]}`);
    const good = await bindBatch(crew, encode, 1, 9);
    check(await crew.call('run', [good]) === 0, 'a good run failed afterwards');
    crew.close();
    return 'index 8002 at position 4';
  },

  async 'a worker is killed in mid-run, and nobody told'({ start, spawn, grace, module, model, single }) {
    const want = await runModel(single, await single.load(model));
    const crew = await start(3);
    const programs = await crew.load(model);
    const all = [];
    for (let round = 0; round < 3; round++) {
      const [running] = await longRun(crew, programs);
      const since = performance.now();
      crew.kill(1);
      all.push(await lost(crew, running, since, grace));
      await crew.following[1]; // the other one has left, too
      await crew.replace(1, spawn, module);
      await crew.gather();
      check(same(await runModel(crew, programs), want), 'the crew that was made anew differs');
    }
    crew.close();
    return `error after ${milliseconds(all)}`;
  },

  async 'the host dismisses a worker in mid-run'({ start, model }) {
    const crew = await start(3);
    const [running] = await longRun(crew, await crew.load(model));
    const since = performance.now();
    crew.abort();
    crew.kill(1);
    const ms = await lost(crew, running, since);
    await crew.following[1];
    crew.close();
    return `error after ${milliseconds([ms])}`;
  },

  async 'a worker is killed while it waits'({ start, grace, model }) {
    const crew = await start(2);
    const table = await bindBatch(crew, (await crew.load(model)).get('encode'), 1, 19);
    check(await crew.call('run', [table]) === 0, 'a run of the whole crew failed');
    const since = performance.now();
    crew.kill(1);
    const ms = await lost(crew, crew.ask('run', [table], 1e6), since, grace);
    crew.close();
    return `error after ${milliseconds([ms])}`;
  },

  async 'a follower traps'({ start, model }) {
    const crew = await start(2);
    const table = await bindBatch(crew, (await crew.load(model)).get('encode'), 64, 128);
    crew.words(table + OWN_SCRATCH, 1)[0] = 0xf0000000; // worker 1's scratch memory lies outside, worker 0's does not
    const since = performance.now();
    const ms = await lost(crew, crew.ask('run', [table]), since);
    const { trap } = await crew.following[0];
    check(/RuntimeError/.test(trap), `the follower came back with ${trap}`);
    crew.close();
    return `error after ${milliseconds([ms])}`;
  },

  async 'the leader traps'({ start, model }) {
    const crew = await start(2);
    const table = await bindBatch(crew, (await crew.load(model)).get('encode'), 64, 128);
    crew.words(table + OWN_SCRATCH, 1)[0] = 0x10000000; // worker 1's lies in the other direction,
    crew.words(table + SCRATCH, 1)[0] += 0xf0000000; // where there is memory
    const since = performance.now();
    const { result, trap } = await crew.ask('run', [table]);
    check(/RuntimeError/.test(trap), `run gave ${result}`);
    await crew.following[0];
    const ms = performance.now() - since;
    check(ms < IN_TIME, `the follower left after ${ms} ms`);
    crew.close();
    return `follower left after ${milliseconds([ms])}`;
  },
};

/** Timings, each the least of some turns, which take turns themselves. */
export async function measure({ spawn, read, variant }) {
  const module = await WebAssembly.compile(await read(`wasm/infer-${variant}-threads.wasm`));
  const model = await read('demo/model/use-lite-int8.safetensors');
  const side = tensor(512, 512);
  const crews = await Promise.all([1, 2].map((size) => Crew.start(spawn, module, size)));
  const programs = await Promise.all(crews.map((crew) => crew.load(model)));
  const works = {
    'softmax of one number, 2 barriers': [1000, (i) => crews[i].op(10, [tensor(1, 1)], [])],
    'matmul 512³': [3, (i) => crews[i].op(4, [side, side, null, null], [int(0)]), [side.data, side.data]],
    'encode 1 × 19': [10, (i) => programs[i].get('encode'), batchOf(1, 19), [1, 19]],
    'encode 1 × 128': [3, (i) => programs[i].get('encode'), batchOf(1, 128), [1, 128]],
  };
  const figures = {};
  for (const [name, [times, programOf, data = [ramp(1)], dims = []]] of Object.entries(works)) {
    const tables = [];
    for (let i = 0; i < crews.length; i++) tables.push(await crews[i].bind(await programOf(i), dims, data));
    const best = crews.map(() => Infinity);
    for (let turn = 0; turn < 9; turn++) {
      for (let i = 0; i < crews.length; i++) {
        const { ms } = await crews[i].ask('run', [tables[i]], times);
        best[i] = Math.min(best[i], ms / times);
      }
    }
    figures[name] = { one: best[0], two: best[1], ratio: best[0] / best[1] };
  }
  for (const crew of crews) crew.close();
  return figures;
}
