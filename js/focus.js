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

import { FoveaError } from './fovea.js';

/** The most sentences of a document: as many as the score program takes. */
export const MAX_SENTENCES = 65536;

// Sentences encoded in one run. More do not run quicker, and a run cannot be
// interrupted.
const MAX_BATCH = 16;

/**
 * @typedef {{signal?: AbortSignal}} Abortable
 * @typedef {{start: number, end: number, tokens: number, clipped: boolean}} Sentence
 *   if clipped, only the first card.maxTokens tokens count in its embedding
 * @typedef {{sentence: number, score: number}} Match score: the cosine of the angle to the query
 * @typedef {object} Result
 * @property {Match[]} ranked every sentence, best first; equal scores in reading order
 * @property {number} kept how many of ranked, from the start, are within the budget
 * @property {boolean} queryClipped the query was longer than the model takes
 * @typedef {{start: number, end: number, weight: number}} Shade
 */

/** Opens documents with a model that has encode, attend, score and centre. */
export class Focus {
  /** @param {import('./fovea.js').Model} model */
  constructor(model) {
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
   * @param {Abortable & {onProgress?: (p: {done: number, total: number}) => void}} [o]
   *   progress is in tokens, first with done 0; the signal is looked at between batches
   * @returns {Promise<Document>}
   */
  async open(text, { signal, onProgress } = {}) {
    const spans = await this.model.split(text, { signal });
    if (spans.length === 0) throw new FoveaError('empty', { op: 'focus', arg: 'text', got: text === '' ? 'it is empty' : 'it is only white space' });
    if (spans.length > MAX_SENTENCES) {
      throw new FoveaError('too-long', { op: 'focus', arg: 'text', got: spans.length, want: MAX_SENTENCES });
    }
    const maxTokens = this.model.card.maxTokens;
    const sentences = [];
    const ids = [];
    for (const { start, end } of spans) {
      const tokens = await this.model.tokenize(text.slice(start, end), { signal, prose: true });
      sentences.push({ start, end, tokens: tokens.length, clipped: tokens.length > maxTokens });
      ids.push(tokens.slice(0, maxTokens).map((t) => t.id));
    }
    const doc = new Document(this, text, sentences, ids);
    await doc.encode({ signal, onProgress });
    return doc;
  }

  /** Encodes sequences of ids padded to tokens: an embedding a sequence, one after the other. */
  async encodeIds(sequences, tokens, o) {
    return (await this.session.run('encode', inputs(sequences, tokens), o)).embedding.data;
  }
}

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
  #ids; // clipped, a sentence
  #lens;
  #keys; // embeddings, [sentences, dims]

  constructor(focus, text, sentences, ids) {
    this.#focus = focus;
    this.#ids = ids;
    this.#lens = sentences.map((s) => s.tokens);
    this.text = text;
    /** @type {Sentence[]} */
    this.sentences = sentences;
    /** the number of tokens of all sentences, clipped ones included */
    this.tokens = this.#lens.reduce((sum, n) => sum + n, 0);
    /** the number of clipped sentences */
    this.clipped = sentences.filter((s) => s.clipped).length;
  }

  /** The text of sentence i. */
  sentence(i) {
    const { start, end } = this.sentences[i];
    return this.text.slice(start, end);
  }

  /**
   * Computes the embeddings, a batch a run; {@link Focus#open} has done it.
   * Equal sentences are encoded once.
   */
  async encode({ signal, onProgress } = {}) {
    const { dims, maxTokens } = this.#focus.model.card;
    const keys = new Float32Array(this.sentences.length * dims);
    const different = distinct(this.#ids);
    const lens = different.map(({ ids }) => ids.length);
    const total = lens.reduce((sum, n) => sum + n, 0);
    let done = 0;
    onProgress?.({ done, total });
    for (const { indices, tokens } of await this.#focus.model.plan(lens, MAX_BATCH, maxTokens, { signal })) {
      const sequences = indices.map((i) => different[i].ids);
      const embeddings = await this.#focus.encodeIds(sequences, tokens, { signal });
      indices.forEach((i, row) => {
        for (const sentence of different[i].places) keys.set(embeddings.subarray(row * dims, (row + 1) * dims), sentence * dims);
      });
      done += sequences.reduce((sum, s) => sum + s.length, 0);
      onProgress?.({ done, total });
    }
    this.#keys = { shape: [this.sentences.length, dims], data: keys };
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
  async focus({ text = '', budget }, o) {
    if (!(budget >= 0 && budget <= 1)) throw new FoveaError('value', { op: 'focus', arg: 'budget', got: budget, want: '0 to 1' });
    const { query, clipped } = await this.#query(text, o);
    const out = await this.#focus.session.run('score', { query, keys: this.#keys }, o);
    const scores = out.scores.data;
    const kept = await this.#focus.model.select(scores, this.#lens, budget, o);
    return { ranked: rank(scores), kept: kept.length, queryClipped: clipped };
  }

  /** The embedding of text, or of the document's centre if there is no text. */
  async #query(text, o) {
    const { model, session } = this.#focus;
    if (text.trim() === '') {
      const [sentences, dims] = this.#keys.shape;
      const keys = { shape: [1, sentences, dims], data: this.#keys.data };
      const { centre } = await session.run('centre', { keys, lengths: { data: Int32Array.of(sentences) } }, o);
      return { query: centre, clipped: false };
    }
    const tokens = await model.tokenize(text, { ...o, prose: true });
    const ids = tokens.slice(0, model.card.maxTokens).map((t) => t.id);
    const data = await this.#focus.encodeIds([ids], ids.length, o);
    return { query: { shape: [1, data.length], data }, clipped: tokens.length > ids.length };
  }

  /**
   * The weights of a sentence's tokens, without clipped ones: the attention
   * that each receives in the model's last layer, averaged over heads and
   * tokens, relative to the sentence's most attended token (0 to 1).
   * @param {number} i
   * @param {Abortable} [o]
   * @returns {Promise<Shade[]>}
   */
  async shade(i, o) {
    const sentence = this.sentences[i];
    if (!sentence) throw new FoveaError('value', { op: 'shade', arg: 'sentence', got: i, want: `0 to ${this.sentences.length - 1}` });
    const ids = this.#ids[i];
    if (ids.length === 0) return [];
    const tokens = await this.#focus.model.tokenize(this.sentence(i), { ...o, prose: true });
    const { received } = await this.#focus.session.run('attend', inputs([ids], ids.length), o);
    const most = received.data.reduce((a, b) => Math.max(a, b), 0);
    return ids.map((_, k) => ({
      start: sentence.start + tokens[k].start,
      end: sentence.start + tokens[k].end,
      weight: most > 0 ? received.data[k] / most : 0,
    }));
  }
}

/** The sequences that differ from all before them, and where each stands. */
function distinct(sequences) {
  const known = new Map();
  sequences.forEach((ids, i) => {
    const key = ids.join();
    if (known.has(key)) known.get(key).places.push(i);
    else known.set(key, { ids, places: [i] });
  });
  return [...known.values()];
}

/** Sorts sentences as select takes them: NaN last, equal ones in reading order. */
function rank(scores) {
  const ranked = Array.from(scores, (score, sentence) => ({ sentence, score }));
  const key = (m) => Number.isNaN(m.score) ? -Infinity : m.score;
  return ranked.sort((a, b) => key(b) - key(a) || a.sentence - b.sentence);
}
