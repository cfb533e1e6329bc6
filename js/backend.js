// Where the core computes: in a worker, or inline in the caller's own thread.
// Both take calls one after another, and hand the core's warnings on.

import { watch } from './alive.js';
import { Core } from './core.js';
import { FoveaError, wrap } from './error.js';
import { build } from './ops_gen.js';
import { startWorker, workerFile } from './place.js';
import { NOT_LOADED, Pool } from './pool.js';

const GREETING = 30_000; // ms that a worker may take to say that it is one of ours

/** Calls the core in this thread. */
export class InlineBackend {
  #core;
  #calls = 0; // that have not ended
  #last = Promise.resolve(); // of them
  #closed;

  /** @param {(message: string) => void} onWarning */
  constructor(onWarning) {
    this.#core = new Core({ onWarning });
  }

  /** Opens the core, see Core.open; there is one thread. */
  open({ threads, ...o }) {
    return this.call('open', [o]);
  }

  /**
   * @param {string} method of Core
   * @param {unknown[]} args
   * @param {{signal?: AbortSignal, onProgress?: Function}} [o]
   */
  async call(method, args, { signal, onProgress } = {}) {
    const check = () => {
      signal?.throwIfAborted();
      if (this.#closed) throw this.#closed;
    };
    check();
    // What is read later is kept as it is now: callers use their buffers again.
    if (this.#calls > 0 || this.#core.waits) args = snapshot(method, args);
    const before = this.#calls++ > 0 && this.#last;
    let ended;
    this.#last = new Promise((resolve) => { ended = resolve; });
    try {
      if (before) await before.then(check);
      const result = await this.#core[method](...args, ...(onProgress ? [onProgress] : []));
      check();
      return result;
    } finally {
      this.#calls--;
      ended();
    }
  }

  close() {
    this.#closed = new FoveaError('closed', { arg: 'runtime' });
    this.#last.then(() => this.#core.close());
  }
}

/** A copy of arguments. */
function snapshot(method, args) {
  try {
    return structuredClone(args);
  } catch (cause) { // something that cannot be cloned
    throw new FoveaError('value', { op: method, arg: 'an argument', got: cause.message, want: 'plain data', cause });
  }
}

/**
 * Calls the core in a worker. Requests wait here and go out one at a time, so
 * that one which is aborted before its turn never runs.
 */
export class WorkerBackend {
  #worker;
  #queue = [];
  #running = null;
  #ids = 0;
  #dead;
  #stranger; // the timer that takes the worker for one
  #onWarning;
  #lock = crypto.randomUUID(); // that the core holds while it lives
  #pool = null; // of threads
  #cancelled = null; // a shared word that changes when a run is aborted

  /** @param {(message: string) => void} onWarning */
  constructor(onWarning) {
    this.#onWarning = onWarning;
    try {
      this.#worker = startWorker('core');
    } catch (err) {
      throw wrap(err, 'worker', { op: 'open' });
    }
    this.#worker.onmessage = ({ data }) => this.#meet(data);
    this.#stranger = setTimeout(() => this.#meet(), GREETING);
    this.#worker.onerror = (event) => this.#die(new FoveaError('worker', { got: event.message || NOT_LOADED }));
    this.#worker.onmessageerror = () => this.#die(new FoveaError('worker', { got: 'a message could not be read' }));
    this.#worker.postMessage({ lock: this.#lock });
  }

  /** Opens the core, see Core.open, with so many threads if they can be had. */
  async open({ threads, ...o }) {
    if (threads > 1) this.#startPool(threads - 1);
    const stats = await this.call('open', [{ ...o, forThreads: threads > 1 }]);
    watch(this.#lock, () => this.#die(new FoveaError('worker', { got: 'it was ended' })));
    return this.#pool ? this.#hire() : stats;
  }

  #startPool(size) {
    this.#cancelled = new Int32Array(new SharedArrayBuffer(4));
    this.#pool = new Pool(size, {
      onLost: (id) => this.#worker.postMessage({ id: 0, method: 'lose', args: [id] }), // not one after another: a run may wait for it
      onHired: (hand) => this.#hand([hand]).catch(() => {}), // the runtime was closed meanwhile
    });
  }

  async #hire() {
    const { hands, failures } = await this.#pool.started();
    if (failures.length > 0) this.#onWarning(`fovea: ${failures.length} of ${hands.length + failures.length} threads more could not be started: ${failures[0]}`);
    const stats = await this.#hand(hands);
    if (stats.threads === 1) this.#pool.close();
    return stats;
  }

  /** Hands hands over to the core. */
  #hand(hands) {
    return this.call('hire', [hands, this.#cancelled], { transfer: hands.map(({ port }) => port) });
  }

  /** See InlineBackend.call; transfer lists what the worker takes over. */
  call(method, args, { signal, onProgress, transfer = [] } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#dead) throw this.#dead;
      if (this.#running && transfer.length === 0) args = snapshot(method, args); // callers use their buffers again
      const job = { request: { id: ++this.#ids, method, args, reports: !!onProgress }, transfer, onProgress, resolve, reject };
      const abort = () => {
        this.#queue = this.#queue.filter((j) => j !== job);
        reject(signal.reason); // a job that is running already ends unheard
        if (job === this.#running) this.#cancel();
      };
      signal?.addEventListener('abort', abort, { once: true });
      job.done = () => signal?.removeEventListener('abort', abort);
      this.#queue.push(job);
      this.#next();
    });
  }

  /** Ends the run at hand early, which only a run on threads can. */
  #cancel() {
    if (!this.#pool) return;
    Atomics.add(this.#cancelled, 0, 1);
    this.#pool.dismiss();
  }

  close() {
    this.#die(new FoveaError('closed', { arg: 'runtime' }));
  }

  #next() {
    if (this.#running || this.#queue.length === 0) return;
    this.#running = this.#queue.shift();
    const { request, transfer } = this.#running;
    try {
      this.#worker.postMessage(request, transfer);
    } catch (err) { // an argument that cannot be cloned
      this.#settle((job) => job.reject(new FoveaError('value', { op: request.method, arg: 'an argument', got: err.message, want: 'plain data', cause: err })));
    }
  }

  /** Takes a worker's first message: what else has the name of our file gives another or none. */
  #meet(data) {
    clearTimeout(this.#stranger);
    if (this.#dead) return;
    if (data?.fovea === 'core' && data.build !== build) {
      fetch(data.address, { cache: 'reload' }).catch(() => {}); // so that reloading the page helps
      return this.#die(new FoveaError('build', { op: 'open', arg: workerFile, got: data.build, want: build }));
    }
    if (data?.fovea !== 'core') return this.#die(new FoveaError('worker', { got: `${workerFile} does not answer as Fovea's` }));
    this.#worker.onmessage = ({ data }) => this.#receive(data);
  }

  #receive({ id, warning, meeting, progress, result, error }) {
    if (warning) return void this.#onWarning(warning);
    if (meeting) return void this.#pool.meet(meeting);
    if (id !== this.#running?.request.id) return;
    if (progress) this.#report(progress);
    else this.#settle((job) => error ? job.reject(new FoveaError(error.code, error)) : job.resolve(result));
  }

  #report(progress) {
    const { onProgress, reject } = this.#running;
    try {
      onProgress?.(progress);
    } catch (err) {
      reject(err);
    }
  }

  #settle(how) {
    const job = this.#running;
    this.#running = null;
    job.done();
    how(job);
    this.#next();
  }

  #die(error) {
    clearTimeout(this.#stranger);
    this.#dead ??= error;
    this.#pool?.close();
    this.#worker.terminate();
    const jobs = [this.#running, ...this.#queue].filter(Boolean);
    this.#running = null;
    this.#queue = [];
    for (const job of jobs) {
      job.done();
      job.reject(this.#dead);
    }
  }
}
