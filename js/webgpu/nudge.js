// Firefox looks every 100 ms whether a device has done its work, and whenever
// it is given some.

const LEAST = 1; // ms from one nudge to the next, then
const SHARE = 8; // an eighth of the time that the work has taken so far
const MOST = 120; // nudges, which last for some minutes

/**
 * What a promise of the queue's work gives. Meanwhile nothing is submitted,
 * seldom enough to cost nothing.
 * @template T
 * @param {GPUQueue} queue
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function nudged(queue, work) {
  const start = performance.now();
  let left = MOST;
  let timer = setTimeout(function nudge() {
    queue.submit([]);
    if (--left > 0) timer = setTimeout(nudge, Math.max(LEAST, (performance.now() - start) / SHARE));
  }, LEAST);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
