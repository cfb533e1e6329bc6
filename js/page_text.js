// The text of a part of a page as a person can see it, or open it: what
// find-in-page would find.

const SKIPPED = 'script, style, noscript, template, textarea, select, button, svg, math, canvas, [aria-hidden="true"]';

/**
 * The text of a part of a page. Block elements are kept apart by blank lines,
 * so that no sentence runs from one into the next. Shadow trees that are open
 * are read where they stand, with what is slotted into them; closed <details>
 * and `hidden="until-found"`, too, which a reader can open. Offsets are in
 * UTF-16 units of `text`.
 */
export class PageText {
  /** The text. White space is written as spaces where the page collapses it. */
  text = '';
  /** The shadow trees that were read. */
  trees = new Set();
  /** How many frames there are, which are not read. */
  frames = 0;
  #nodes = []; // {node, start}, in order
  #starts = new WeakMap(); // of text nodes
  // The text is joined once: to look at the end of a string that grows makes
  // the engine copy all of it, each time.
  #written = [];
  #length = 0;

  /**
   * @param {Element} root
   * @param {{skip?: string}} [options] skip: a selector of elements to leave out as well
   */
  constructor(root, { skip } = {}) {
    this.root = root;
    this.#gather(root, skip ? `${SKIPPED}, ${skip}` : SKIPPED);
    this.text = this.#written.join('');
    this.#written = [];
  }

  #gather(element, skip) {
    const style = getComputedStyle(element);
    if (isUnseen(element, style)) return;
    const inline = /^(inline|contents|ruby)/.test(style.display);
    if (!inline) this.#break();
    const keeps = style.whiteSpace.startsWith('pre') || style.whiteSpace === 'break-spaces';
    const shown = style.visibility === 'visible' && style.fontSize !== '0px';
    for (const child of this.#children(element)) {
      if (child.nodeType === Node.TEXT_NODE) shown && this.#add(child, keeps);
      else if (child.nodeName === 'BR') this.#write('\n');
      else if (child.nodeName === 'IFRAME' || child.nodeName === 'FRAME') this.frames++;
      else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(skip)) this.#gather(child, skip);
    }
    if (!inline) this.#break();
  }

  /** The children in the flat tree, with those of a <details> that is closed. */
  #children(element) {
    if (element.shadowRoot) {
      this.trees.add(element.shadowRoot);
      return element.shadowRoot.childNodes;
    }
    const slotted = element.localName === 'slot' ? element.assignedNodes({ flatten: true }) : [];
    return slotted.length > 0 ? slotted : element.childNodes;
  }

  /** Adds a text node unless it is only space between blocks. */
  #add(node, keeps) {
    const data = keeps ? node.data : node.data.replace(/\s/g, ' ');
    if (!data || (data.trim() === '' && /(^|\n)$/.test(this.#tail()))) return;
    this.#nodes.push({ node, start: this.#length });
    this.#starts.set(node, this.#length);
    this.#write(data);
  }

  #break() {
    if (this.#length > 0 && this.#tail() !== '\n\n') this.#write('\n\n');
  }

  #write(text) {
    this.#written.push(text);
    this.#length += text.length;
  }

  /** The last two characters written. */
  #tail() {
    return this.#written.slice(-2).map((s) => s.slice(-2)).join('').slice(-2);
  }

  /** Whether another reading is the same text in the same places. */
  equals(other) {
    return this.text === other.text && this.#nodes.length === other.#nodes.length
      && this.#nodes.every(({ node }, i) => node === other.#nodes[i].node);
  }

  /** The parts of text nodes that make up text[start:end]. */
  parts(start, end) {
    let lo = 0;
    let hi = this.#nodes.length;
    while (lo < hi) { // the first node that ends after start
      const mid = (lo + hi) >> 1;
      const { node, start: at } = this.#nodes[mid];
      if (at + node.data.length <= start) lo = mid + 1;
      else hi = mid;
    }
    const parts = [];
    for (; lo < this.#nodes.length && this.#nodes[lo].start < end; lo++) {
      const { node, start: at } = this.#nodes[lo];
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, node.data.length);
      if (from < to) parts.push({ node, from, to });
    }
    return parts;
  }

  /** Ranges over text[start:end], one for each run of it in one tree. */
  ranges(start, end) {
    const ranges = [];
    let last;
    for (const { node, from, to } of this.parts(start, end)) {
      const tree = node.getRootNode();
      if (tree !== last || ranges.at(-1).comparePoint(node, from) < 0) { // slotted nodes may stand in another order
        ranges.push(document.createRange());
        ranges.at(-1).setStart(node, from);
        last = tree;
      }
      ranges.at(-1).setEnd(node, to);
    }
    return ranges;
  }

  /** A Range over the beginning of text[start:end], all of it that is in one tree; null where the page has none of it. */
  range(start, end) {
    return this.ranges(start, end)[0] ?? null;
  }

  /** The offset in `text` of a place in a text node, or -1. */
  offset(node, offset) {
    const start = this.#starts.get(node);
    return start === undefined ? -1 : start + offset;
  }
}

/** Whether nothing in an element can be seen, or opened by finding it. */
function isUnseen(element, style) {
  if (style.display === 'none' || style.opacity === '0') return true;
  if (style.contentVisibility === 'hidden') return !isFindable(element);
  // Words for screen readers alone are clipped to a pixel.
  return style.position === 'absolute' && style.overflow !== 'visible' && element.offsetWidth <= 1 && element.offsetHeight <= 1;
}

const isFindable = (element) => element.getAttribute('hidden')?.toLowerCase() === 'until-found';

/** The parent in the flat tree, null for the top. */
export const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;

/** Opens what hides a node and can be opened, as find-in-page does. */
export function reveal(node) {
  for (let child = node, parent = parentOf(node); parent; child = parent, parent = parentOf(parent)) {
    if (parent.localName === 'details' && child.localName !== 'summary') parent.open = true;
    if (isFindable(parent)) {
      parent.dispatchEvent(new Event('beforematch', { bubbles: true }));
      parent.removeAttribute('hidden');
    }
  }
}

const NEAR = 24; // pixels

/**
 * Scrolls everything around a range so that it can be seen, in the middle
 * where it would not be.
 * @param {Range} range
 * @param {ScrollBehavior} behavior of the window; what is in it scrolls at once
 */
export function scrollToRange(range, behavior) {
  for (let box = parentOf(range.startContainer); box; box = parentOf(box)) {
    if (box === document.scrollingElement || box === document.body) continue;
    const { overflowX, overflowY } = getComputedStyle(box);
    const view = box.getBoundingClientRect();
    const moves = [overflowX, overflowY].map((o) => o !== 'visible' && o !== 'clip');
    const [left, top] = wayTo(range, { left: view.left + box.clientLeft, top: view.top + box.clientTop, width: box.clientWidth, height: box.clientHeight });
    if (moves[0] && left || moves[1] && top) box.scrollBy({ left: moves[0] ? left : 0, top: moves[1] ? top : 0, behavior: 'instant' });
  }
  const [left, top] = wayTo(range, { left: 0, top: 0, width: innerWidth, height: innerHeight }, true);
  if (left || top) scrollBy({ left, top, behavior });
}

/** How far a view must scroll, along both axes, to show a range. */
function wayTo(range, view, always = false) {
  const { left, top, width, height } = range.getBoundingClientRect();
  return [[left, width, view.left, view.width], [top, height, view.top, view.height]].map(([at, size, from, room], axis) => {
    const inside = at >= from + NEAR && at + size <= from + room - NEAR;
    if (room === 0 || inside && !(always && axis === 1)) return 0;
    return at - from - Math.max((room - size) / 2, 0);
  });
}
