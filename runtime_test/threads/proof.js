// What must hold of threads in every engine that has them, by the bridge as callers use it. Each proof gives words to print, or
// throws.
import { open } from '../../js/fovea.js';

const IN_TIME = 1000; // ms from a worker's end, or an abort, to the answer
const SIZES = [1, 2, 3];

/**
 * Runs all proofs.
 * @param {object} host
 * @param {(path: string) => Promise<Uint8Array>} host.read
 * @param {string} host.variant
 * @param {number} host.grace for how long, in ms, a worker goes on that was killed
 * @param {() => Promise<number>} [host.held] workers that live
 * @param {() => number} [host.cpu] ms that this process has computed
 */
export async function prove(host) {
  watchWorkers();
  const file = await host.read('demo/model/use-lite-int8.safetensors');
  const opened = [];
  const start = async (threads) => {
    const warnings = [];
    const rt = await open({ worker: true, variant: host.variant, backend: 'wasm', threads, onWarning: (message) => warnings.push(message) });
    opened.push(rt);
    check(rt.threads === threads, `${rt.threads} threads, want ${threads}`);
    return { rt, warnings, session: (await rt.load(file)).session() };
  };
  const lines = [];
  for (const [name, proof] of Object.entries(proofs)) {
    const begun = performance.now();
    try {
      lines.push({ name, ok: true, said: await proof({ ...host, start }) });
    } catch (err) {
      lines.push({ name, ok: false, said: String(err.stack ?? err) });
    }
    lines.at(-1).ms = Math.round(performance.now() - begun);
    for (const rt of opened.splice(0)) rt.close();
  }
  return lines;
}

let workers = []; // made since the last runtime was opened, {role, worker}
let trapping = ''; // the role whose workers trap

/** Keeps every worker that the bridge makes, so that a proof can kill it. */
function watchWorkers() {
  globalThis.Worker = class extends Worker {
    constructor(url, o) {
      super(o.name === trapping ? new URL('trap.js', import.meta.url) : url, o);
      if (o.name === 'fovea-core') workers = [];
      workers.push({ role: o.name, worker: this });
    }
  };
}

const kill = (role) => workers.find((w) => w.role === role).worker.terminate();

function check(ok, what) {
  if (!ok) throw new Error(what);
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Waits for what becomes true by itself. */
async function until(what, most, isTrue) {
  const since = performance.now();
  while (!await isTrue()) {
    check(performance.now() - since < most, `${what}: not within ${most} ms`);
    await pause(5);
  }
}

function same(a, b) {
  return Object.keys(a).join() === Object.keys(b).join() && Object.keys(a).every((name) => {
    const [x, y] = [a, b].map((outputs) => new Uint8Array(outputs[name].data.buffer));
    return x.length === y.length && x.every((v, i) => v === y[i]);
  });
}

/** n numbers around 0, none of them special. */
const ramp = (n) => Float32Array.from({ length: n }, (_, i) => ((i * 37) % 101 - 50) / 64);
const tensor = (...shape) => ({ shape, data: ramp(shape.reduce((a, b) => a * b)) });

/** Operations that are split in each of the ways there are. */
const OPS = [
  ['matmul', { act: 'gelu' }, { x: tensor(150, 70), w: tensor(70, 203), bias: tensor(203), residual: tensor(150, 203) }],
  ['attention', { heads: 4, dim: 16, vdim: 16, q_col: 0, k_col: 64, v_col: 128, scale: 0.25 },
    { q: tensor(2, 140, 192), k: tensor(2, 140, 192), v: tensor(2, 140, 192) }],
  ['attention_weights', { heads: 4, dim: 16, q_col: 0, k_col: 0, scale: 0.25 }, { q: tensor(2, 40, 64), k: tensor(2, 40, 64) }],
  ['layer_norm', { eps: 1e-6 }, { x: tensor(70, 513), scale: tensor(513), bias: tensor(513) }],
  ['scores', {}, { q: tensor(3, 33), keys: tensor(500, 33) }],
  ['masked_mean', {}, { x: tensor(5, 7, 33), lengths: { data: Int32Array.of(7, 0, 3, 1, 6) } }],
  ['add_timing', {}, { x: tensor(3, 90, 66), inv: tensor(33) }],
];

/** Token ids and lengths of a batch. */
function batchOf(batch, tokens) {
  const ids = Int32Array.from({ length: batch * tokens }, (_, i) => (i * 7919 + 13) % 8002);
  const lengths = Int32Array.from({ length: batch }, (_, i) => 1 + (tokens - 1 + i * 5) % tokens);
  return { ids: { shape: [batch, tokens], data: ids }, lengths: { data: lengths } };
}

const SHAPES = [['encode', 1, 1], ['encode', 1, 19], ['attend', 2, 128], ['encode', 7, 77], ['encode', 20, 64]];
const SHORT = batchOf(1, 19);
const LONG = batchOf(64, 128); // takes more than half a second

/** Starts a long run, and is there when the threads are in it. */
async function longRun(session, o) {
  const running = session.run('encode', LONG, o);
  await pause(100);
  return { running }; // in an object, so that it is not awaited
}

/** Kills a worker in mid-run: the run gives what one thread gives, in the time of a run more. */
async function killInRun({ start, grace }) {
  const alone = await start(1);
  let since = performance.now();
  const want = await alone.session.run('encode', LONG);
  const once = performance.now() - since;
  const { rt, warnings, session } = await start(3);
  const times = [];
  for (let round = 0; round < 2; round++) {
    const { running } = await longRun(session);
    since = performance.now();
    kill('fovea-hand');
    workers.splice(workers.findIndex((w) => w.role === 'fovea-hand'), 1);
    check(same(await running, want), 'the run of those who are left gave something else');
    times.push(performance.now() - since);
    check(times.at(-1) < 4 * once + grace + IN_TIME, `the run ended after ${times.at(-1)} ms, one takes ${once}`);
    await until('the loss is noticed', 3000 + grace, async () => warnings.length > 0); // the run may be done before
    await until('a hand in its place', 3000 + grace, async () => (await rt.stats()).threads === 3);
  }
  check(same(await session.run('encode', SHORT), await alone.session.run('encode', SHORT)), 'the new crew gives something else');
  check(warnings.length === 1 && /lost/.test(warnings[0]), `warnings ${warnings}`);
  return `right after ${milliseconds(times)}, one run on one thread takes ${milliseconds([once])}`;
}

const milliseconds = (all) => `${all.map((ms) => ms.toFixed(0)).join(', ')} ms`;

const proofs = {
  async 'the same bits of every operation'({ start }) {
    const { rt: one } = await start(1);
    for (const size of SIZES) {
      const { rt } = await start(size);
      for (const [name, attrs, tensors] of OPS) {
        check(same(await rt.op(name, attrs, tensors), await one.op(name, attrs, tensors)), `${name} differs with ${size}`);
      }
    }
    return `${OPS.length} operations × ${SIZES} threads`;
  },

  async 'the same bits of a model'({ start }) {
    const { session: one } = await start(1);
    for (const size of SIZES) {
      const { session } = await start(size);
      for (const [program, ...shape] of SHAPES) {
        const inputs = batchOf(...shape);
        check(same(await session.run(program, inputs), await one.run(program, inputs)), `${program} of ${shape} differs with ${size}`);
      }
    }
    return `${SHAPES.length} runs × ${SIZES} threads`;
  },

  async 'bad data is told, and the threads go on'({ start }) {
    const { session, warnings } = await start(2);
    const bad = batchOf(1, 9);
    bad.ids.data[4] = 8002;
    const err = await session.run('encode', bad).catch((e) => e);
    check(err.code === 'index' && /8002 at position 4/.test(err.message), `${err}`);
    await session.run('encode', SHORT);
    check(warnings.length === 0, `warnings ${warnings}`);
    return err.message;
  },

  'a thread is killed in mid-run, and nobody told': killInRun,

  async 'a thread is killed while it waits'({ start, grace }) {
    const { session } = await start(2);
    const want = await session.run('encode', SHORT);
    const since = performance.now();
    kill('fovea-hand');
    const times = [];
    do {
      const begun = performance.now();
      check(same(await session.run('encode', SHORT), want), 'the run gave something else');
      times.push(performance.now() - begun);
    } while (performance.now() - since < grace + 100);
    const longest = Math.max(...times);
    check(longest < IN_TIME, `a run took ${longest} ms`);
    return `${times.length} runs right, the longest took ${milliseconds([longest])}`;
  },

  async 'a thread traps'({ start }) {
    const { rt: one } = await start(1);
    trapping = 'fovea-hand';
    const { rt, warnings } = await start(3).finally(() => { trapping = ''; });
    const since = performance.now();
    check(same(await rt.op(...OPS[0]), await one.op(...OPS[0])), 'the run gave something else');
    const ms = performance.now() - since;
    check(ms < IN_TIME, `it took ${ms} ms`);
    check(warnings.length === 1 && /failed/.test(warnings[0]), `warnings ${warnings}`);
    return `right after ${milliseconds([ms])}`;
  },

  async 'the core traps'({ start }) {
    trapping = 'fovea-core';
    const { rt, session } = await start(2).finally(() => { trapping = ''; });
    const since = performance.now();
    const err = await session.run('encode', SHORT).catch((e) => e);
    const ms = performance.now() - since;
    check(err.code === 'trap' && ms < IN_TIME, `${err} after ${ms} ms`);
    await rt.op(...OPS[0]); // in another instance, which the hand must be free for
    return `error after ${milliseconds([ms])}`;
  },

  async 'the core is killed in mid-run'({ start, grace }) {
    const { session } = await start(2);
    const { running } = await longRun(session);
    const since = performance.now();
    kill('fovea-core');
    const err = await running.catch((e) => e);
    const ms = performance.now() - since;
    check(err.code === 'worker' || grace > 0 && err.embedding, `${err}`); // it may be done by the time that it ends
    check(ms < IN_TIME + grace, `the error came after ${ms} ms`);
    return `${err.code ?? 'done'} after ${milliseconds([ms])}`;
  },

  async 'an aborted run ends early'({ start }) {
    const { rt, session, warnings } = await start(2);
    const controller = new AbortController();
    const { running } = await longRun(session, { signal: controller.signal });
    const since = performance.now();
    controller.abort();
    const err = await running.catch((e) => e);
    check(err.name === 'AbortError', `${err}`);
    await rt.op(...OPS[4]);
    const ms = performance.now() - since;
    check(ms < 250, `the next operation was done after ${ms} ms`);
    check(warnings.length === 0, `warnings ${warnings}`);
    return `the next operation is done ${milliseconds([ms])} later`;
  },

  async 'threads that wait do not compute'({ start, cpu }) {
    if (!cpu) return 'not measured here';
    const { session } = await start(3);
    await session.run('encode', SHORT);
    await pause(200); // the engine still compiles
    const before = cpu();
    await pause(1000);
    const ms = cpu() - before;
    check(ms < 50, `${ms} ms in a second`);
    return `${milliseconds([ms])} in a second`;
  },

  async 'a closed runtime leaves no worker'({ start, grace, held }) {
    if (!held) return 'see js/threads.test.js';
    await until('the workers of closed runtimes end', grace + IN_TIME, async () => await held() === 0);
    const { rt, session } = await start(3);
    check(await held() === 3, `${await held()} workers, want 3`);
    const { running } = await longRun(session);
    running.catch(() => {});
    const since = performance.now();
    rt.close();
    await until('the workers end', grace + IN_TIME, async () => await held() === 0);
    return `3 workers are gone after ${milliseconds([performance.now() - since])}`;
  },
};
