// The page's side of threads: it starts the hands, watches them and ends
// them. The core cannot, since it does not read messages while it computes.

import { watch } from './alive.js';
import { dismiss } from './hand.js';
import { startWorker, workerFile } from './place.js';

/** Why a worker fails without words, as in a page whose bundle has taken the code but not its files. */
export const NOT_LOADED = `${workerFile} could not be loaded, which belongs beside the script that imports it`;

const STARTING = 5000; // ms that a hand may take: it loads what the core loads
const REPLACEMENTS = 8; // hands started for others that were lost; then there are fewer

export class Pool {
  #workers = new Map(); // by id, which no other hand gets again
  #ids = 0;
  #starts; // promises of {id, port} or {why}
  #meeting = null; // of the crew at work
  #replacements = REPLACEMENTS;
  #onLost;
  #onHired;

  /**
   * @param {number} size
   * @param {object} o
   * @param {(id: number) => void} o.onLost is told of a hand that is no more, before its crew is dismissed
   * @param {(hand: {id: number, port: MessagePort}) => void} o.onHired is given one in its place
   */
  constructor(size, { onLost, onHired }) {
    this.#onLost = onLost;
    this.#onHired = onHired;
    this.#starts = Array.from({ length: size }, () => this.#start());
  }

  /** Starts a hand; the promise is of its port, or of why it has none. */
  #start() {
    const id = ++this.#ids;
    return new Promise((resolve) => {
      let worker;
      const fail = (why) => {
        this.#end(id);
        resolve({ why });
      };
      try {
        worker = startWorker('hand');
      } catch (err) {
        return fail(err.message);
      }
      this.#workers.set(id, worker);
      const { port1, port2 } = new MessageChannel();
      const lock = crypto.randomUUID();
      const timer = setTimeout(fail, STARTING, 'it took too long');
      const settle = (how) => (event) => {
        clearTimeout(timer);
        how(event);
      };
      worker.onerror = settle((event) => fail(event.message || NOT_LOADED));
      worker.onmessage = settle(() => {
        worker.onerror = () => this.#lose(id);
        watch(lock, () => this.#lose(id));
        resolve({ id, port: port1 });
      });
      worker.postMessage({ lock, port: port2 }, [port2]);
    });
  }

  /** The hands that could be started, and why others could not. */
  async started() {
    const all = await Promise.all(this.#starts);
    return { hands: all.filter((s) => s.port), failures: all.flatMap((s) => s.why ?? []) };
  }

  /** Takes note of the crew at work, of which a hand may have been lost meanwhile. */
  meet(meeting) {
    this.#meeting = meeting;
    if (meeting.hands.some((id) => !this.#workers.has(id))) this.dismiss();
  }

  /** Ends the crew at work. */
  dismiss() {
    if (this.#meeting) dismiss(this.#meeting);
  }

  #lose(id) {
    if (!this.#workers.has(id)) return;
    this.#end(id);
    this.#onLost(id);
    this.dismiss();
    if (this.#replacements-- > 0) this.#start().then((hand) => hand.port && this.#onHired(hand));
  }

  #end(id) {
    this.#workers.get(id)?.terminate();
    this.#workers.delete(id);
  }

  /** Ends all hands. They leave first: a browser lets a terminated worker go on for a while. */
  close() {
    this.#replacements = 0;
    this.dismiss();
    for (const id of this.#workers.keys()) this.#end(id);
  }
}
