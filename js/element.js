// <fovea-focus for="article">: a control that finds what matters in a part of
// the page and highlights it there.
//
//   for     a selector of the part; 'article' if it is not given
//   query   asked at once; the gist if it is empty. Without this attribute
//           nothing is loaded before the person turns to the control
//   budget  the share to highlight at first, 1 to 50 per cent
//   model   the address of a model file; else model.safetensors beside the modules
//
// Its attribute `state` says what it does: idle, loading, ready or error.

import { advice, obstacle } from './advice.js';
import { Article } from './article.js';
import { View } from './element_view.js';
import { Focus } from './focus.js';
import { open } from './fovea.js';
import { assetURL } from './place.js';

const TYPING = 250; // ms without a key before the query is asked
const CHANGING = 400; // ms without a change before the text is read anew
const LISTED = 12; // sentences in the list

const models = new Map(); // promises of Focus by URL, for all elements

/** The Focus of a model, which is loaded once. */
function focusWith(url, onProgress) {
  if (!models.has(url)) {
    const loading = open().then(async (rt) => {
      const model = await rt.load(url, { onProgress }).catch((err) => {
        rt.close();
        throw err;
      });
      return new Focus(model);
    });
    loading.catch(() => models.delete(url)); // so that it can be tried again
    models.set(url, loading);
  }
  return models.get(url);
}

export class FoveaFocus extends HTMLElement {
  static observedAttributes = ['query', 'budget'];

  #view = new View(this.attachShadow({ mode: 'open' }), {
    touch: () => this.#prepare(),
    type: () => this.#ask(TYPING),
    budget: () => this.#ask(0),
    ask: () => this.#asked(),
    stop: () => this.stop(),
    step: (by) => this.#step(by),
    pick: (i) => this.#point(this.#found[i]),
  });

  #article; // what is watched and painted
  #document; // promise of the article's Document
  #last; // the Document before, for what is the same in the next
  #opening = new AbortController();
  #asking = new AbortController();
  #found = []; // the sentences marked, best first
  #current = -1; // the sentence pointed out

  connectedCallback() {
    if (this.state && this.state !== 'error') return; // it was moved
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => this.#begin(), { once: true });
    else this.#begin();
  }

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.stop()); // unless it is only moved
  }

  attributeChangedCallback(name, before, value) {
    if (name === 'query') this.#view.query.value = value ?? '';
    else this.#view.budget.value = value ?? 10;
    this.#view.showBudget();
    const asked = name === 'query' ? value !== null : this.state !== 'idle';
    if (this.state && asked) this.#ask(0);
  }

  /** What it does: idle, loading, ready or error; null before it is in a page. */
  get state() {
    return this.getAttribute('state');
  }

  /** The part of the page that is focused on, null if there is none. */
  get target() {
    try {
      return this.getRootNode().querySelector(this.#selector) ?? document.querySelector(this.#selector);
    } catch {
      return null; // it is no selector
    }
  }

  /** Takes the highlights and the query out and waits for another. */
  stop() {
    this.#asking.abort();
    this.#forget();
    this.#view.query.value = '';
    this.#view.idle();
    this.setAttribute('state', 'idle');
  }

  get #selector() {
    return this.getAttribute('for') || 'article';
  }

  #begin() {
    if (!this.isConnected) return;
    this.setAttribute('state', 'idle');
    if (obstacle()) return this.#refuse(obstacle());
    if (!this.target) {
      this.#refuse(this.#lack());
      this.#expect();
    } else if (this.hasAttribute('query')) {
      this.#view.query.value = this.getAttribute('query'); // it may have been in the page before
      this.#ask(0);
    }
  }

  /** Begins again when the target comes: pages that scripts build have it late. */
  #expect() {
    const watcher = new MutationObserver(() => {
      if (this.isConnected && !this.target) return;
      watcher.disconnect();
      this.#begin();
    });
    watcher.observe(document, { subtree: true, childList: true });
  }

  /** What the page's markup lacks, in words; '' if it is nothing. */
  #lack() {
    return this.target ? '' : `Nothing in this page matches “${this.#selector}”, which is to be focused on.`;
  }

  /** Loads and reads before a query comes. */
  async #prepare() {
    if (this.#document || obstacle()) return;
    const signal = this.#turn();
    await this.#try(signal, async () => {
      await this.#read();
      signal.throwIfAborted();
      this.#view.idle();
      this.setAttribute('state', 'idle');
    });
  }

  /** The button, or Enter: what has been answered already is walked along. */
  #asked() {
    if (this.state === 'ready' && this.#found.length) this.#step(1);
    else this.#ask(0);
  }

  /** Answers the query after a delay, unless it is asked again before. */
  async #ask(delay) {
    if (obstacle()) return this.#refuse(obstacle());
    const signal = this.#turn();
    this.#view.showBudget();
    await this.#try(signal, async () => {
      await pause(delay, signal);
      this.#look();
      const doc = await this.#read();
      const text = this.#view.query.value;
      const result = await doc.focus({ text, budget: this.#view.budget.value / 100 }, { signal });
      signal.throwIfAborted();
      this.#show(doc, text, result);
    });
  }

  /** Ends what is being asked and returns the signal of what comes. */
  #turn() {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.setAttribute('state', 'loading');
    return this.#asking.signal;
  }

  /** Does work and shows what goes wrong with it. */
  async #try(signal, work) {
    try {
      await work();
    } catch (err) {
      if (signal.aborted) return;
      this.#forget();
      this.#refuse(this.#lack() || advice(err), err);
    }
  }

  #refuse(words, err = '') {
    console.error(`<fovea-focus>: ${words}`, err);
    this.#view.problem(words);
    this.setAttribute('state', 'error');
  }

  /** The document of the text, which is read if it has not been. */
  #read() {
    this.#document ??= this.#open();
    return this.#document;
  }

  async #open() {
    const lack = this.#lack();
    if (lack) throw new Error(lack);
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    const url = new URL(this.getAttribute('model') || assetURL('model.safetensors'), document.baseURI);
    const focus = await focusWith(url.href, (p) => this.#view.loading(p));
    signal.throwIfAborted();
    this.#article ??= new Article(this.target, () => this.#changed());
    this.#last = await focus.open(this.#article.text, { signal, known: this.#last, onProgress: (p) => this.#view.reading(p) });
    return this.#last;
  }

  /** Looks whether the text is still what it was: a class can show and hide without a change to any node. */
  #look() {
    if (!this.#article) return;
    if (!this.#article.target.isConnected || this.#article.target !== this.target) return this.#forget();
    if (!this.#article.read()) return;
    this.#opening.abort();
    this.#document = null;
  }

  /** Drops the document and takes out what is painted. */
  #forget() {
    this.#opening.abort();
    this.#document = null;
    this.#article?.close();
    this.#article = null;
    this.#found = [];
    this.#current = -1;
  }

  /** The page has changed: what was found stands elsewhere now, or says something else. */
  async #changed() {
    const signal = this.#turn();
    await this.#try(signal, async () => {
      await pause(CHANGING, signal);
      if (!this.target) return this.stop();
      this.#ask(0);
    });
  }

  #show(doc, text, { ranked, kept }) {
    const best = ranked.slice(0, kept).map((m) => m.sentence);
    this.#article.mark(best.map((i) => doc.sentences[i]));
    this.#found = best;
    this.#current = -1;
    const about = text.trim() ? 'closest to your words' : 'nearest to what the whole is about';
    const { frames } = this.#article;
    const left = frames ? ` ${frames === 1 ? 'A frame' : `${frames} frames`} in it ${frames === 1 ? 'is' : 'are'} not read.` : '';
    this.#view.found(`${kept} of ${doc.sentences.length} sentences, ${about}.${left}`,
      best.slice(0, LISTED).map((i) => doc.sentence(i).replace(/\s+/g, ' ')));
    this.setAttribute('state', 'ready');
  }

  /** Goes to the next sentence in reading order, or to the one before. */
  #step(by) {
    if (!this.#found.length) return;
    const order = [...this.#found].sort((a, b) => a - b);
    const i = order.indexOf(this.#current);
    const next = i < 0 && by < 0 ? order.length - 1 : i + by;
    this.#point(order[(next + order.length) % order.length]);
  }

  async #point(sentence) {
    this.#current = sentence;
    this.#view.current(this.#found.indexOf(sentence));
    const doc = await this.#document;
    if (doc && this.#article) this.#article.show(doc.sentences[sentence]);
  }
}

/** Waits ms, or until signal aborts, with its reason. */
function pause(ms, signal) {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      fail(signal.reason);
    }, { once: true });
  });
}

if (!customElements.get('fovea-focus')) customElements.define('fovea-focus', FoveaFocus);
