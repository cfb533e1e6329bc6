// Finds the sentences of a text that matter to a query, and the tokens that
// matter within a sentence.
//
//   import { open } from './fovea.js';
//   import { Focus } from './focus.js';
//
//   const rt = await open();
//   const focus = new Focus(await rt.load('use-lite-int8.safetensors'));
//   const doc = await focus.open(text);
//   const { ranked, kept } = await doc.focus({ text: 'why is the sky blue', budget: 0.1 });
//   for (const { sentence, score } of ranked.slice(0, kept)) console.log(score, doc.sentence(sentence));
//
// A document is encoded once, by open; another query or budget only scores and
// selects. The verbs, fields and errors are those of Go's package wasm/focus;
// offsets are in UTF-16 units, as in String.slice.

import { isA, number, options, own, string, whole } from './check.js';
import { FoveaError, Model } from './fovea.js';

/** The most sentences of a document, windows of long ones counted each: as many as the score program takes. */
export const MAX_SENTENCES = 65536;

// Sentences encoded in one run. More do not run quicker, and a run cannot be
// interrupted.
const MAX_BATCH = 16;

/**
 * @typedef {{signal?: AbortSignal}} Abortable
 * @typedef {{start: number, end: number, tokens: number}} Sentence one of more
 *   tokens than the model reads at once is read in windows, see Model.windows
 * @typedef {{sentence: number, score: number}} Match score: the cosine of the
 *   angle to the query, that of the best window if there are several
 * @typedef {object} Result
 * @property {Match[]} ranked every sentence, best first; equal scores in reading order
 * @property {number} kept how many of ranked, from the start, are within the budget
 * @typedef {{start: number, end: number, weight: number}} Shade
 */

/** Opens documents with a model that has encode, attend, score and centre. */
export class Focus {
  /** @param {import('./fovea.js').Model} model */
  constructor(model) {
    if (!isA(model, Model)) throw new FoveaError('value', { op: 'focus', arg: 'model', got: model, want: 'a model' });
    const { dims, maxTokens } = model.card;
    if (!(dims > 0 && maxTokens > 0)) {
      throw new FoveaError('value', { op: 'focus', arg: 'card', got: `${dims} dims and ${maxTokens} tokens`, want: 'that of a sentence encoder' });
    }
    this.model = model;
    this.session = model.session();
  }

  /**
   * Splits text into sentences and encodes them. Rejects with the code 'empty'
   * for a text without a sentence, 'too-long' for more than MAX_SENTENCES.
   * @param {string} text
   * @param {Abortable & {known?: Document, onProgress?: (p: {done: number, total: number}) => void}} [o]
   *   known: one of which equal sentences need not be encoded again; progress
   *   is in tokens, first with done 0; the signal is looked at between batches
   * @returns {Promise<Document>}
   */
  async open(text, o) {
    const { signal, known, onProgress } = options('focus', o);
    string('focus', 'text', text);
    if (known !== undefined && !isA(known, Document)) throw new FoveaError('value', { op: 'focus', arg: 'known', got: known, want: 'a document' });
    const spans = await this.model.split(text, { signal });
    if (spans.length === 0) throw new FoveaError('empty', { op: 'focus', arg: 'text', got: text === '' ? 'it is empty' : 'it is only white space' });
    if (spans.length > MAX_SENTENCES) throw tooLong(spans.length);
    const sentences = [];
    const ids = [];
    for (const { start, end } of spans) {
      const tokens = await this.model.tokenize(text.slice(start, end), { signal, prose: true });
      sentences.push({ start, end, tokens: tokens.length });
      ids.push(idsOf(tokens));
    }
    return new Document(this, text, sentences, await this.read(ids, { signal, onProgress, known: known && embeddingsOf(known) }));
  }

  /**
   * Encodes texts of token ids, a batch of windows a run. Equal windows are
   * encoded once.
   * @param {number[][]} texts
   * @param {Abortable & {onProgress?: Function, known?: Map<string, Float32Array>}} [o] known: embeddings by their ids, joined
   * @returns {Promise<{windows: import('./fovea.js').Window[], keys: import('./tensor.js').Tensor, known: Map<string, Float32Array>}>}
   *   an embedding a window, and all of them by ids
   */
  async read(texts, { signal, onProgress, known = new Map() } = {}) {
    const { model } = this;
    const { dims, maxTokens } = model.card;
    const windows = await model.windows(texts.map((ids) => ids.length), maxTokens, { signal });
    if (windows.length > MAX_SENTENCES) throw tooLong(windows.length);
    const keys = new Float32Array(windows.length * dims);
    const all = distinct(windows.map((w) => texts[w.text].slice(w.start, w.end)));
    const place = ({ key, places }, embedding) => {
      for (const window of places) keys.set(embedding, window * dims);
      now.set(key, keys.subarray(places[0] * dims, (places[0] + 1) * dims));
    };
    const now = new Map();
    for (const one of all) if (known.has(one.key)) place(one, known.get(one.key));
    const different = all.filter(({ key }) => !now.has(key));
    const lens = different.map(({ ids }) => ids.length);
    const total = lens.reduce((sum, n) => sum + n, 0);
    let done = 0;
    onProgress?.({ done, total });
    for (const { indices, tokens } of await model.plan(lens, MAX_BATCH, maxTokens, { signal })) {
      const sequences = indices.map((i) => different[i].ids);
      const { embedding } = await this.session.run('encode', inputs(sequences, tokens), { signal });
      indices.forEach((i, row) => place(different[i], embedding.data.subarray(row * dims, (row + 1) * dims)));
      done += sequences.reduce((sum, s) => sum + s.length, 0);
      onProgress?.({ done, total });
    }
    return { windows, keys: { shape: [windows.length, dims], data: keys }, known: now };
  }

  /** The normalised mean of embeddings. */
  async centre({ shape: [n, dims], data }, o) {
    return (await this.session.run('centre', { keys: { shape: [1, n, dims], data }, lengths: { data: Int32Array.of(n) } }, o)).centre;
  }
}

let embeddingsOf; // what Focus.read knew of a Document

const idsOf = (tokens) => tokens.map((t) => t.id);

const tooLong = (sentences) => new FoveaError('too-long', { op: 'focus', arg: 'text', got: sentences, want: MAX_SENTENCES });

/** ids[sequences, tokens] and lengths[sequences]; a program has no empty dimension. */
function inputs(sequences, tokens) {
  tokens = Math.max(tokens, 1);
  const ids = new Int32Array(sequences.length * tokens);
  sequences.forEach((s, i) => ids.set(s, i * tokens));
  return {
    ids: { shape: [sequences.length, tokens], data: ids },
    lengths: { shape: [sequences.length], data: Int32Array.from(sequences, (s) => s.length) },
  };
}

/** An encoded text; see {@link Focus#open}. */
export class Document {
  #focus;
  #lens;
  #read; // the windows and their embeddings, as Focus.read gives them

  constructor(focus, text, sentences, read) {
    this.#focus = focus;
    this.#lens = sentences.map((s) => s.tokens);
    this.#read = read;
    this.text = text;
    /** @type {Sentence[]} */
    this.sentences = sentences;
    /** the number of tokens of all sentences */
    this.tokens = this.#lens.reduce((sum, n) => sum + n, 0);
  }

  static {
    embeddingsOf = (doc) => doc.#read.known;
  }

  /** The text of sentence i. */
  sentence(i) {
    const { start, end } = this.sentences[whole('sentence', 'i', i, 0, this.sentences.length - 1)];
    return this.text.slice(start, end);
  }

  /**
   * Scores the sentences and selects within a budget.
   * @param {object} query
   * @param {string} [query.text] a question or some words; if empty or white
   *   space, the document's own centre is asked for: what the whole is about
   * @param {number} query.budget the share of the tokens to keep, 0 to 1; more
   *   than 0 keeps at least one sentence
   * @param {Abortable} [o]
   * @returns {Promise<Result>}
   */
  async focus(query, o) {
    const { text = '', budget } = own('focus', 'query', query);
    string('focus', 'text', text);
    number('focus', 'budget', budget, 0, 1);
    o = options('focus', o);
    const { model, session } = this.#focus;
    const { windows, keys } = this.#read;
    const out = await session.run('score', { query: await this.#query(text, o), keys }, o);
    let scores = out.scores.data;
    if (windows.length > this.#lens.length) scores = await model.best(scores, windows, this.#lens.length, o);
    const kept = await model.select(scores, this.#lens, budget, o);
    return { ranked: rank(scores), kept: kept.length };
  }

  /** The embedding of text, or of the document's centre if nothing can be read in it. */
  async #query(text, o) {
    const ids = idsOf(await this.#focus.model.tokenize(text, { ...o, prose: true }));
    const { windows, keys } = ids.length === 0 ? this.#read : await this.#focus.read([ids], { signal: o?.signal });
    return ids.length > 0 && windows.length === 1 ? keys : this.#focus.centre(keys, o);
  }

  /**
   * The weights of a sentence's tokens: the attention that each receives in
   * the model's last layer, averaged over heads and tokens, relative to the
   * sentence's most attended token (0 to 1). In a sentence of several windows
   * a token has the weight of the one in which it stands farther from an end.
   * @param {number} i
   * @param {Abortable} [o]
   * @returns {Promise<Shade[]>}
   */
  async shade(i, o) {
    const sentence = this.sentences[whole('shade', 'sentence', i, 0, this.sentences.length - 1)];
    o = options('shade', o);
    const { model, session } = this.#focus;
    const tokens = await model.tokenize(this.sentence(i), { ...o, prose: true });
    if (tokens.length === 0) return [];
    const weights = new Float32Array(tokens.length);
    let last = 0;
    for (const { start, end } of await model.windows([tokens.length], model.card.maxTokens, o)) {
      const { received } = await session.run('attend', inputs([idsOf(tokens.slice(start, end))], end - start), o);
      const first = Math.max(last - start, 0) >> 1; // of what the window before has, too, the second half
      weights.set(received.data.subarray(first), start + first);
      last = end;
    }
    const most = weights.reduce((a, b) => Math.max(a, b), 0);
    return tokens.map((t, k) => ({
      start: sentence.start + t.start,
      end: sentence.start + t.end,
      weight: most > 0 ? weights[k] / most : 0,
    }));
  }
}

/** The sequences that differ from all before them, and where each stands. */
function distinct(sequences) {
  const found = new Map();
  sequences.forEach((ids, i) => {
    const key = ids.join();
    if (found.has(key)) found.get(key).places.push(i);
    else found.set(key, { key, ids, places: [i] });
  });
  return [...found.values()];
}

/** Sorts sentences as select takes them: NaN last, equal ones in reading order. */
function rank(scores) {
  const ranked = Array.from(scores, (score, sentence) => ({ sentence, score }));
  const key = (m) => Number.isNaN(m.score) ? -Infinity : m.score;
  return ranked.sort((a, b) => key(b) - key(a) || a.sentence - b.sentence);
}
