// A part of a page that is focused on: its text, what is painted over it, and
// its changes.

import { Highlighter } from './highlight.js';
import { PageText, reveal, scrollToRange } from './page_text.js';

const MARKS = 3; // strengths
const SKIPPED = 'fovea-focus, nav, [contenteditable]:not([contenteditable="false"])';

let articles = 0; // made so far: layers have names of their own

/** Watches and paints an element. */
export class Article {
  #target;
  #onChange;
  #layers; // names: the marks, weakest first, then the one pointed out
  #page;
  #highlighter;
  #observer;
  #trees = []; // the document and shadow trees that are watched and have the sheet
  #sheet = new CSSStyleSheet();

  /**
   * @param {Element} target
   * @param {() => void} onChange called when target may have changed, moved or gone
   */
  constructor(target, onChange) {
    this.#target = target;
    this.#onChange = onChange;
    const n = articles++;
    this.#layers = [...Array(MARKS).keys(), 'active'].map((name) => `fovea-focus-${n}-${name}`);
    this.#sheet.replaceSync(styles(this.#layers));
    this.#observer = new MutationObserver((records) => {
      if (records.some((r) => this.#concerns(r))) this.#onChange();
    });
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

  /** How many frames there are in it, which are not read. */
  get frames() {
    return this.#page.frames;
  }

  /** Reads the text anew: what a class or a tab shows and hides changes no node. Returns whether the text has changed. */
  read() {
    const page = new PageText(this.#target, { skip: SKIPPED });
    const before = this.#page;
    this.#attend(page);
    if (before?.equals(page)) return false;
    this.#highlighter?.clear();
    this.#page = page;
    this.#highlighter = new Highlighter(page, this.#layers);
    return before?.text !== page.text;
  }

  /** Watches the trees that the text stands in now, and gives them the sheet. */
  #attend(page) {
    const trees = [...new Set([document, this.#target.getRootNode(), ...page.trees])];
    if (trees.length === this.#trees.length && trees.every((tree, i) => tree === this.#trees[i])) return;
    this.#dress([]);
    this.#observer.disconnect();
    for (const tree of trees) this.#observer.observe(tree, { subtree: true, childList: true, characterData: true });
    this.#dress(trees);
  }

  /** Leaves these trees alone with the sheet. One that a script makes is under no policy about styles. */
  #dress(trees) {
    for (const tree of this.#trees) tree.adoptedStyleSheets = [...tree.adoptedStyleSheets].filter((sheet) => sheet !== this.#sheet);
    for (const tree of trees) tree.adoptedStyleSheets = [...tree.adoptedStyleSheets, this.#sheet];
    this.#trees = trees;
  }

  /** Whether a change is one of the text, or takes it elsewhere. */
  #concerns({ target, addedNodes, removedNodes }) {
    const isOurs = (node) => node.localName === 'fovea-marks';
    if (isOurs(target) || [...addedNodes, ...removedNodes].some(isOurs)) return false;
    const tree = target.getRootNode();
    return this.#target.contains(target) || tree instanceof ShadowRoot && this.#page.trees.has(tree) || !this.#target.isConnected
      || [...addedNodes, ...removedNodes].some((node) => node.contains(this.#target));
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
    this.#highlighter.paint(layers);
  }

  /** Points a span out and scrolls to it, opening what it is hidden in. */
  show(span) {
    for (const { node } of this.#page.parts(span.start, span.end)) reveal(node);
    this.#highlighter.paint({ [this.#layers[MARKS]]: [span] });
    const range = this.#page.range(span.start, span.end);
    if (range) scrollToRange(range, matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth');
  }

  /** Takes out everything that was painted. */
  clear() {
    this.#highlighter.clear();
  }

  /** Ends watching; the page is as it was. */
  close() {
    this.#observer.disconnect();
    this.#highlighter.clear();
    this.#dress([]);
  }
}

/** The style of each layer, as highlight and as boxes. */
function styles(layers) {
  const marks = [['#fdf3cf', '#37301c'], ['#fce7a2', '#4d401a'], ['#fad771', '#675213']].map(([light, dark]) => `background-color: light-dark(${light}, ${dark})`);
  const line = '2px light-dark(#1f5566, #8cc6d4)';
  return layers.map((name, i) => `::highlight(${name}) { ${marks[i] ? `${marks[i]}; color: light-dark(#26231e, #f2eee4)` : `text-decoration: underline ${line}`} }
    fovea-mark.${name} { ${marks[i] ?? `border-bottom: solid ${line}`} }
    @media print { fovea-mark.${name} { display: none } }
    @media (forced-colors: active) { ::highlight(${name}) { background-color: Mark; color: MarkText } }`).join('\n');
}
