// Waiting with a limit for what may never answer.

/**
 * What a promise gives, or after ms the error that late makes. What it gives
 * later goes to unused.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {() => Error} late
 * @param {(value: T) => void} [unused]
 * @returns {Promise<T>}
 */
export function within(ms, promise, late, unused) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(late());
      promise.then(unused, () => {});
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
