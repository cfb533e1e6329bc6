// The core's side of threads: the hands that compute with it, and what is done
// when one is lost. The core is worker 0 of the crew; all follow one instance
// at a time, because a run has every worker in step.

import { FoveaError } from './error.js';
import { dismiss, isDismissed } from './hand.js';

const LEAVING = 500; // ms that hands may take to leave a crew; it takes them a tile's time
const ATTEMPTS = 3; // with all hands, with those that are left, alone

export class Crew {
  #hands = new Map(); // by id: {id, port, away, back}; away is a promise, back resolves it
  #changed = false; // the hands are others than those that follow
  #instance = null; // that the hands follow
  #cancelled;
  #onMeeting;
  #onFailure;

  /**
   * @param {object} o
   * @param {Int32Array} o.cancelled one shared word, which changes when the run at hand is not wanted any more
   * @param {(meeting: import('./hand.js').Meeting & {hands: number[]}) => void} o.onMeeting is told of each crew
   * @param {(why: string) => void} o.onFailure is told of a hand that trapped
   */
  constructor({ cancelled, onMeeting, onFailure }) {
    this.#cancelled = cancelled;
    this.#onMeeting = onMeeting;
    this.#onFailure = onFailure;
  }

  /** Workers, the core included. */
  get size() {
    return this.#hands.size + 1;
  }

  /**
   * Takes in a hand, which listens at a port, once it has answered there.
   * Firefox keeps what is posted to a port that is still on its way between
   * workers until the one that posted is back at its event loop; a core that
   * waits for its hand never is.
   */
  async hire({ id, port }) {
    const hand = { id, port };
    port.onmessage = ({ data: { failed } }) => {
      if (failed) this.#onFailure(failed);
      hand.back();
    };
    this.#hands.set(id, hand);
    this.#changed = true;
    await send(hand, {});
  }

  /** Forgets a hand that is no more. */
  lose(id) {
    this.#hands.get(id)?.back();
    this.#hands.delete(id);
    this.#changed = true;
  }

  /** Has the hands leave the instance, which is to be freed. */
  leave(instance) {
    if (this.#instance === instance) instance.dismiss();
  }

  /**
   * Runs in an instance with all workers. Where one is lost, it runs again
   * with those that are left and at last alone, on the same inputs.
   * @template T
   * @param {import('./instance.js').Instance} instance
   * @param {() => T} attempt binds, fills the inputs, runs
   * @returns {Promise<T>}
   */
  async run(instance, attempt) {
    const wanted = Atomics.load(this.#cancelled, 0);
    for (let left = ATTEMPTS; ; left--) {
      await this.#gather(instance, left > 1 ? [...this.#hands.values()] : []);
      try {
        return attempt();
      } catch (err) {
        if (err.code !== 'crew-lost' || left === 1 || Atomics.load(this.#cancelled, 0) !== wanted) throw err;
      }
    }
  }

  /** Has these hands follow the instance; they may do so already. */
  async #gather(instance, hands) {
    const all = hands.length === this.#hands.size;
    if (this.#instance === instance && all && !this.#changed && !isDismissed(instance.meeting)) return;
    await this.#scatter();
    instance.gather(hands.length + 1);
    hands.forEach((hand, i) => send(hand, { ...instance.invitation, worker: i + 1 }));
    this.#instance = instance;
    this.#changed = !all;
    this.#onMeeting({ ...instance.meeting, hands: hands.map((hand) => hand.id) });
  }

  /** Waits until no hand follows. */
  async #scatter() {
    if (!this.#instance) return;
    this.#instance.dismiss();
    let timer;
    const late = new Promise((resolve) => { timer = setTimeout(resolve, LEAVING, true); });
    const away = Promise.all([...this.#hands.values()].map((hand) => hand.away));
    const isLate = await Promise.race([away.then(() => false), late]);
    clearTimeout(timer);
    if (isLate) throw new FoveaError('crew-lost');
    this.#instance = null;
  }
}

/** Posts a message to a hand, which is away until it answers or is lost. */
function send(hand, message) {
  hand.away = new Promise((back) => { hand.back = back; });
  hand.port.postMessage(message);
  return hand.away;
}
