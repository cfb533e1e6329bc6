// A part of a page that is focused on: its text, what is painted over it, and
// its changes.

import { Highlighter, PageText } from './highlight.js';

const MARKS = 3; // strengths
const SKIPPED = 'fovea-focus, nav, [contenteditable]:not([contenteditable="false"])';

let articles = 0; // made so far: layers have names of their own

/** Watches and paints an element. */
export class Article {
  #target;
  #tree; // the document or shadow tree that it stood in at first
  #onChange;
  #layers; // names: the marks, weakest first, then the one pointed out
  #page;
  #highlighter;
  #observer;
  #sheet = new CSSStyleSheet();

  /**
   * @param {Element} target
   * @param {() => void} onChange called when target may have changed or gone
   */
  constructor(target, onChange) {
    this.#target = target;
    this.#onChange = onChange;
    const n = articles++;
    this.#layers = [...Array(MARKS).keys(), 'active'].map((name) => `fovea-focus-${n}-${name}`);
    this.#sheet.replaceSync(styles(this.#layers));
    // A sheet that a script makes is under no policy about styles.
    this.#tree = target.getRootNode();
    this.#tree.adoptedStyleSheets = [...this.#tree.adoptedStyleSheets, this.#sheet];
    this.#observer = new MutationObserver((records) => {
      if (records.some((r) => this.#target.contains(r.target)) || !this.#target.isConnected) this.#onChange();
    });
    this.#observer.observe(this.#tree, { subtree: true, childList: true, characterData: true });
    this.read();
  }

  /** The element itself. */
  get target() {
    return this.#target;
  }

  /** The text as last read. */
  get text() {
    return this.#page.text;
  }

  /** Reads the text anew; what was painted is gone. Returns whether the text has changed. */
  read() {
    const before = this.#page?.text;
    this.#unwatched(() => this.#highlighter?.clear());
    this.#page = new PageText(this.#target, { skip: SKIPPED });
    this.#highlighter = new Highlighter(this.#page, this.#layers);
    return this.#page.text !== before;
  }

  /**
   * Marks spans of the text in three strengths.
   * @param {{start: number, end: number}[]} spans the most important first
   */
  mark(spans) {
    const layers = Object.fromEntries(this.#layers.map((name) => [name, []]));
    spans.forEach((span, i) => {
      const strength = MARKS - 1 - Math.floor((i * MARKS) / spans.length);
      layers[this.#layers[strength]].push(span);
    });
    this.#unwatched(() => this.#highlighter.paint(layers));
  }

  /** Points a span out and scrolls to it. */
  show(span) {
    this.#unwatched(() => this.#highlighter.paint({ [this.#layers[MARKS]]: [span] }));
    const range = this.#highlighter.range(span.start, span.end);
    if (!range) return;
    const { top, height } = range.getBoundingClientRect();
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    scrollTo({ top: scrollY + top - Math.max((innerHeight - height) / 2, 0), behavior: calm ? 'auto' : 'smooth' });
  }

  /** Takes out everything that was painted. */
  clear() {
    this.#unwatched(() => this.#highlighter.clear());
  }

  /** Ends watching; the page is as it was. */
  close() {
    this.#observer.disconnect();
    this.#highlighter.clear();
    this.#tree.adoptedStyleSheets = [...this.#tree.adoptedStyleSheets].filter((sheet) => sheet !== this.#sheet);
  }

  /** Changes the page without hearing of it: where there is no Highlight API, marks are elements. */
  #unwatched(change) {
    const others = this.#observer.takeRecords();
    change();
    this.#observer.takeRecords();
    if (others.some((r) => this.#target.contains(r.target))) queueMicrotask(this.#onChange);
  }
}

/** The style of each layer, as highlight and as element. */
function styles(layers) {
  const looks = [
    ...[['#fdf3cf', '#37301c'], ['#fce7a2', '#4d401a'], ['#fad771', '#675213']].map(([light, dark]) =>
      `background-color: light-dark(${light}, ${dark}); color: light-dark(#26231e, #f2eee4)`),
    'text-decoration: underline 2px light-dark(#1f5566, #8cc6d4)',
  ];
  return layers.map((name, i) => `mark.${name} { background: none; color: inherit }
    ::highlight(${name}), mark.${name} { ${looks[i]} }
    @media (forced-colors: active) { ::highlight(${name}) { background-color: Mark; color: MarkText } }`).join('\n');
}
