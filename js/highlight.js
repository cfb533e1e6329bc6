// Highlights parts of a page's text where they stand, without a change to the
// page: by the CSS Custom Highlight API where there is one, else by <mark>
// elements that can be taken out again.

const SKIPPED = 'script, style, noscript, template, textarea, select, button, svg, math, canvas, [hidden], [aria-hidden="true"]';

/**
 * The text of a part of a page. Block elements are kept apart by blank lines,
 * so that no sentence runs from one into the next. Offsets are in UTF-16 units
 * of `text`.
 */
export class PageText {
  /** The text. White space is written as spaces where the page collapses it. */
  text = '';
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
    if (style.display === 'none' || style.visibility === 'hidden') return;
    const inline = /^(inline|contents|ruby)/.test(style.display);
    if (!inline) this.#break();
    const keeps = style.whiteSpace.startsWith('pre') || style.whiteSpace === 'break-spaces';
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) this.#add(child, keeps);
      else if (child.nodeName === 'BR') this.#write('\n');
      else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(skip)) this.#gather(child, skip);
    }
    if (!inline) this.#break();
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

  /** A Range over text[start:end], or null where the page has none of it. */
  range(start, end) {
    const parts = this.parts(start, end);
    if (parts.length === 0) return null;
    const range = document.createRange();
    range.setStart(parts[0].node, parts[0].from);
    range.setEnd(parts.at(-1).node, parts.at(-1).to);
    return range;
  }

  /** The offset in `text` of a place in a text node, or -1. */
  offset(node, offset) {
    const start = this.#starts.get(node);
    return start === undefined ? -1 : start + offset;
  }
}

/**
 * Paints named layers of spans over a PageText. A layer is styled by
 * `::highlight(NAME)` and, for pages without that, `mark.NAME`. Where layers
 * overlap, the one painted later in `layers` is on top.
 */
export class Highlighter {
  #page;
  #layers;
  #spans = new Map(); // by layer
  #painter;

  /**
   * @param {PageText} page
   * @param {string[]} layers names, bottom first
   * @param {{marks?: boolean}} [options] marks: use <mark> even where the Highlight API exists
   */
  constructor(page, layers, { marks = !globalThis.Highlight || !globalThis.CSS?.highlights } = {}) {
    this.#page = page;
    this.#layers = layers;
    this.#painter = marks ? new MarkPainter(page) : new RangePainter(page);
  }

  /**
   * Paints layers anew; layers that are not named stay as they are.
   * @param {Record<string, {start: number, end: number}[]>} layers
   */
  paint(layers) {
    for (const [name, spans] of Object.entries(layers)) this.#spans.set(name, spans);
    this.#painter.paint(this.#layers.map((name) => [name, this.#spans.get(name) ?? []]));
  }

  /** Takes everything out: the page is as it was. */
  clear() {
    this.#spans.clear();
    this.#painter.paint(this.#layers.map((name) => [name, []]));
  }

  /** A Range over text[start:end] as the page stands, to scroll to or measure; or null. */
  range(start, end) {
    return this.#painter.range(start, end);
  }

  /** The offset in the text under a point of the viewport, or -1. */
  offsetAt(x, y) {
    const caret = document.caretPositionFromPoint?.(x, y);
    const range = caret ? null : document.caretRangeFromPoint?.(x, y);
    const node = caret ? caret.offsetNode : range?.startContainer;
    if (!node) return -1;
    return this.#painter.offset(node, caret ? caret.offset : range.startOffset);
  }
}

/** Paints with CSS highlights. */
class RangePainter {
  #page;

  constructor(page) {
    this.#page = page;
  }

  paint(layers) {
    layers.forEach(([name, spans], priority) => {
      const highlight = new Highlight();
      for (const { start, end } of spans) {
        const range = this.#page.range(start, end);
        if (range) highlight.add(range);
      }
      highlight.priority = priority;
      if (highlight.size) CSS.highlights.set(name, highlight);
      else CSS.highlights.delete(name);
    });
  }

  range(start, end) {
    return this.#page.range(start, end);
  }

  offset(node, offset) {
    return this.#page.offset(node, offset);
  }
}

/**
 * Paints with <mark>. A text node that gets marks is taken out, pieces of it
 * stand in its place, and undoing puts the node itself back.
 */
class MarkPainter {
  #page;
  #replaced = []; // {node, pieces: {element, text, from}[]}
  #pieces = new WeakMap(); // from a piece's text node to {node, from}

  constructor(page) {
    this.#page = page;
  }

  paint(layers) {
    this.#undo();
    const cuts = new Map(); // from a text node to {from, to, layer}[]
    layers.forEach(([name, spans]) => {
      for (const { start, end } of spans) {
        for (const { node, from, to } of this.#page.parts(start, end)) {
          if (!cuts.has(node)) cuts.set(node, []);
          cuts.get(node).push({ from, to, name });
        }
      }
    });
    for (const [node, parts] of cuts) this.#replace(node, parts);
  }

  #replace(node, parts) {
    const edges = new Set([0, node.data.length]);
    for (const { from, to } of parts) edges.add(from).add(to);
    const sorted = [...edges].sort((a, b) => a - b);
    const pieces = [];
    for (let i = 0; i + 1 < sorted.length; i++) {
      const from = sorted[i];
      const names = parts.filter((p) => p.from <= from && from < p.to).map((p) => p.name);
      pieces.push(this.#piece(node, from, sorted[i + 1], names));
    }
    node.replaceWith(...pieces.map((p) => p.element));
    this.#replaced.push({ node, pieces });
  }

  #piece(node, from, to, names) {
    const text = document.createTextNode(node.data.slice(from, to));
    this.#pieces.set(text, { node, from });
    if (names.length === 0) return { element: text, text, from };
    const mark = document.createElement('mark');
    mark.className = names.join(' ');
    mark.append(text);
    return { element: mark, text, from };
  }

  #undo() {
    for (const { node, pieces } of this.#replaced) {
      const here = pieces.filter((p) => p.element.isConnected);
      here[0]?.element.before(node);
      for (const { element } of here) element.remove();
    }
    this.#replaced = [];
  }

  range(start, end) {
    const parts = this.#page.parts(start, end).map((p) => [this.#place(p.node, p.from), this.#place(p.node, p.to)]);
    if (parts.length === 0) return null;
    const range = document.createRange();
    range.setStart(...parts[0][0]);
    range.setEnd(...parts.at(-1)[1]);
    return range;
  }

  /** Where an offset of a replaced node is now: [text node, offset]. */
  #place(node, offset) {
    const found = this.#replaced.find((r) => r.node === node);
    if (!found) return [node, offset];
    const piece = found.pieces.findLast((p) => p.from <= offset);
    return [piece.text, offset - piece.from];
  }

  offset(node, offset) {
    const piece = this.#pieces.get(node);
    return piece ? this.#page.offset(piece.node, piece.from + offset) : this.#page.offset(node, offset);
  }
}
