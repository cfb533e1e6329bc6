// The text: what is painted over it, and which sentence is under the pointer.

import { Highlighter } from '/js/highlight.js';
import { PageText } from '/js/page_text.js';

const MARKS = ['fovea-1', 'fovea-2', 'fovea-3']; // kept sentences, weakest first
const SHADES = ['fovea-shade-1', 'fovea-shade-2', 'fovea-shade-3', 'fovea-shade-4'];
const BARE = 0.4; // weights below are not shaded: attention is seldom sparse
const REST = 90; // ms that the pointer must rest before a sentence is shaded

/** Paints an encoded document over its article. */
export class Reader {
  #article;
  #highlighter;
  #doc;
  #shades = new Map(); // promises of shades, by sentence
  #pinned = -1;
  #shown = -1;
  #timer;

  /**
   * @param {HTMLElement} article
   * @param {{onPin: (sentence: number) => void, onError: (err: Error) => void}} o
   *   onPin is called with -1 when no sentence is pinned any more
   */
  constructor(article, { onPin, onError }) {
    this.#article = article;
    this.onPin = onPin;
    this.onError = onError;
    article.addEventListener('click', (e) => this.#click(e));
    article.addEventListener('pointermove', (e) => e.pointerType === 'mouse' && this.#hover(this.#at(e)));
    article.addEventListener('pointerleave', () => this.hover(-1));
  }

  /** Reads the article and returns its text. */
  read() {
    this.#highlighter?.clear();
    this.#article.classList.remove('live');
    this.#doc = null;
    const page = new PageText(this.#article, { skip: 'header' });
    this.#highlighter = new Highlighter(page, [...MARKS, 'fovea-active', ...SHADES]);
    return page.text;
  }

  /** Shows a document of the text that read returned. */
  open(doc) {
    this.#doc = doc;
    this.#shades.clear();
    this.#pinned = this.#shown = -1;
    this.#article.classList.add('live');
  }

  /** Marks the sentences of matches, best first, in three strengths. */
  mark(matches) {
    const layers = Object.fromEntries(MARKS.map((name) => [name, []]));
    matches.forEach(({ sentence }, i) => {
      const strength = MARKS.length - 1 - Math.floor((i * MARKS.length) / matches.length);
      layers[MARKS[strength]].push(this.#doc.sentences[sentence]);
    });
    this.#highlighter.paint(layers);
  }

  /** Keeps a sentence shaded, and scrolls to it if asked to; -1 for none. */
  pin(sentence, { scroll = false } = {}) {
    this.#pinned = sentence;
    this.onPin(sentence);
    this.#shade(sentence);
    if (scroll && sentence >= 0) this.#scrollTo(sentence);
  }

  /** Shades a sentence for as long as the pointer is on it; -1 goes back to the pinned one. */
  hover(sentence) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#shade(sentence < 0 ? this.#pinned : sentence), REST);
  }

  #hover(sentence) {
    if (sentence !== this.#shown) this.hover(sentence);
  }

  #click(event) {
    if (!getSelection().isCollapsed) return; // selecting text is no click on a sentence
    const sentence = this.#at(event);
    this.pin(sentence === this.#pinned ? -1 : sentence);
  }

  /** The sentence under the pointer, or -1. */
  #at({ clientX, clientY }) {
    const offset = this.#doc ? this.#highlighter.offsetAt(clientX, clientY) : -1;
    return offset < 0 ? -1 : this.#doc.sentences.findIndex((s) => s.start <= offset && offset < s.end);
  }

  async #shade(sentence) {
    clearTimeout(this.#timer);
    this.#shown = sentence;
    const doc = this.#doc;
    if (!doc || sentence < 0) return this.#paintShades([], []);
    this.#paintShades([doc.sentences[sentence]], []);
    if (!this.#shades.has(sentence)) this.#shades.set(sentence, doc.shade(sentence));
    try {
      const shades = await this.#shades.get(sentence);
      if (doc === this.#doc && sentence === this.#shown) this.#paintShades([doc.sentences[sentence]], shades);
    } catch (err) {
      this.#shades.delete(sentence);
      this.onError(err);
    }
  }

  #paintShades(active, shades) {
    const layers = { 'fovea-active': active };
    for (const name of SHADES) layers[name] = [];
    for (const shade of words(shades, this.#doc?.text)) {
      const level = Math.floor(((shade.weight - BARE) / (1 - BARE)) * SHADES.length);
      if (level >= 0) layers[SHADES[Math.min(level, SHADES.length - 1)]].push(shade);
    }
    this.#highlighter.paint(layers);
  }

  #scrollTo(sentence) {
    const { start, end } = this.#doc.sentences[sentence];
    const range = this.#highlighter.range(start, end);
    if (!range) return;
    const { top, height } = range.getBoundingClientRect();
    const space = Math.max((innerHeight - height) / 3, 24);
    scrollTo({ top: scrollY + top - space });
  }
}

/**
 * Joins the pieces of a word, which weighs as much as its heaviest piece, and
 * leaves out white space.
 */
function words(shades, text) {
  const joined = [];
  for (const { start, end, weight } of shades) {
    const from = start + text.slice(start, end).search(/\S|$/);
    const last = joined.at(-1);
    if (last?.end === from && /^[\p{L}\p{M}\p{N}'’]{2}$/u.test(text.slice(from - 1, from + 1))) {
      last.end = end;
      last.weight = Math.max(last.weight, weight);
    } else if (from < end) joined.push({ start: from, end, weight });
  }
  return joined;
}
