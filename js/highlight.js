// Highlights parts of a page's text where they stand, without a change to the
// page: by the CSS Custom Highlight API where there is one, else by boxes in a
// layer over the page.

import { BoxPainter } from './boxes.js';

/**
 * Paints named layers of spans over a PageText. A layer is styled by
 * `::highlight(NAME)` and, for engines without that, by `fovea-mark.NAME`,
 * boxes that are blended with the text under them. Where layers overlap, the
 * one painted later in `layers` is on top.
 */
export class Highlighter {
  #page;
  #layers;
  #spans = new Map(); // by layer
  #painter;

  /**
   * @param {import('./page_text.js').PageText} page
   * @param {string[]} layers names, bottom first
   * @param {{boxes?: boolean}} [options] boxes: use them even where the Highlight API exists
   */
  constructor(page, layers, { boxes = !globalThis.Highlight || !globalThis.CSS?.highlights } = {}) {
    this.#page = page;
    this.#layers = layers;
    this.#painter = boxes ? new BoxPainter(page) : new RangePainter(page);
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

  /** A Range over text[start:end], to scroll to or measure; or null. */
  range(start, end) {
    return this.#page.range(start, end);
  }

  /** The offset in the text under a point of the viewport, or -1. */
  offsetAt(x, y) {
    const caret = document.caretPositionFromPoint?.(x, y, { shadowRoots: [...this.#page.trees] });
    const range = caret ? null : document.caretRangeFromPoint?.(x, y);
    const node = caret ? caret.offsetNode : range?.startContainer;
    if (!node) return -1;
    return this.#page.offset(node, caret ? caret.offset : range.startOffset);
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
      const highlight = new Highlight(...spans.flatMap(({ start, end }) => this.#page.ranges(start, end)));
      highlight.priority = priority;
      if (highlight.size) CSS.highlights.set(name, highlight);
      else CSS.highlights.delete(name);
    });
  }
}
