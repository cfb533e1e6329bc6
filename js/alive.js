// Learning that a worker is no more. A browser does not tell of a worker that
// it ended, but it gives away the lock that the worker held.

const HELD = 1000; // ms for the lock, which nobody else can have

/** Takes the lock for as long as this worker lives. */
export function hold(lock) {
  return new Promise((held) => {
    setTimeout(held, HELD);
    if (!globalThis.navigator?.locks) held(); // nobody watches either
    else navigator.locks.request(lock, () => {
      held();
      return new Promise(() => {});
    });
  });
}

/** Calls ended once the worker that holds the lock is no more. */
export function watch(lock, ended) {
  globalThis.navigator?.locks?.request(lock, ended);
}
