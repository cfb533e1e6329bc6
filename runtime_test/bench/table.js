// The page of the table: Go calls bench.NAME(…). All contenders of a row take turns in every round, so that what disturbs the
// machine disturbs all alike.
import { distance } from './reference.js';

// jax-js takes threads wherever it finds shared memory.
delete globalThis.SharedArrayBuffer;

const { VARIANTS, memory, rows } = await import('./rows.js');

const ROUNDS = 21;
const WARM = 4; // rounds that are not counted
const SHARE = 1200; // milliseconds that one contender may take of a row: slow ones take part in fewer rounds, evenly spread
const LEAST = 3; // of these
const SHORT = 4; // milliseconds: what is quicker is run several times in one sample
const FRESH = 4; // a fresh instance in every so many rounds, whose first run is timed
const SETTLE = 150; // milliseconds, in which the engine compiles again what a fresh instance has run

let peers;

/** Loads the peers; tells who they are. */
async function open() {
  const names = ['ort', 'tfjs', 'jax'];
  const modules = await Promise.all(names.map((name) => import(`./peers/${name}.js`)));
  peers = modules.map((module, i) => ({ name: names[i], ...module }));
  const about = [];
  for (const peer of peers) about.push(await peer.open());
  return about;
}

/** Milliseconds of one of so many runs. */
async function timed({ run }, repeats, before) {
  before?.();
  const since = performance.now();
  for (let i = 0; i < repeats; i++) await run();
  return (performance.now() - since) / repeats;
}

/** Times the contenders of a row and first runs of ours, and compares what all have computed with the reference. */
async function row(name) {
  const { contenders, first, samples, tolerance, before, bytes } = await rows[name](peers);
  const plans = contenders.map((contender) => ({ contender, ms: [] }));
  for (let round = 0; round < WARM; round++) {
    for (const plan of plans) {
      const ms = await timed(plan.contender, 1, before);
      plan.repeats = before ? 1 : Math.max(1, Math.ceil(SHORT / ms));
      plan.rounds = Math.max(LEAST, Math.min(ROUNDS, Math.floor(SHARE / (ms * plan.repeats))));
    }
  }
  if (bytes) { // what a cache keeps from one run to the next must be the same for all
    const most = Math.max(...plans.map(({ repeats }) => repeats));
    for (const plan of plans) plan.repeats = most;
  }
  const turns = (plan, round) => Math.floor((round + 1) * plan.rounds / ROUNDS) > Math.floor(round * plan.rounds / ROUNDS);
  const firsts = { simd: [], relaxed: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const plan of plans) {
      if (turns(plan, round)) plan.ms.push(await timed(plan.contender, plan.repeats, before));
    }
    for (const variant of round % FRESH === 0 ? VARIANTS : []) {
      firsts[variant].push(await first(variant));
      await new Promise((resolve) => { setTimeout(resolve, SETTLE); });
    }
  }
  const answers = [];
  for (const { contender, ms } of plans) answers.push(await answer(contender, ms, samples));
  return { contenders: answers, first: firsts, tolerance, bytes };
}

async function answer({ who, how, variant, copies, result, close }, ms, samples) {
  const away = result && !copies ? distance(samples, await result()) : undefined;
  await close?.();
  return { who, how, variant, copies, ms, distance: away };
}

/** How much memory attention takes over more and more tokens of one head. */
async function long() {
  const all = [];
  for (const variant of VARIANTS) {
    for (const tokens of [4096, 8192, 16384]) all.push(await memory(variant, tokens));
  }
  return all;
}

globalThis.bench = { open, row, long };
document.querySelector('#ready').hidden = false;
