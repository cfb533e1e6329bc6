// Highlights for engines without the CSS Custom Highlight API: boxes in a
// layer over the page, which follows the text and stands in nobody's way.

import { parentOf } from './page_text.js';

// After these the text may stand elsewhere.
const MOVES = ['scroll', 'resize', 'toggle', 'transitionend', 'load'];

/** Paints with boxes over the text. */
export class BoxPainter {
  #page;
  #layers = [];
  #boxes; // the element that they lie in, while there are any
  #drawing = 0; // the frame that will draw them
  #watched; // a ResizeObserver
  #later = () => { this.#drawing ||= requestAnimationFrame(() => this.#draw()); };

  constructor(page) {
    this.#page = page;
  }

  paint(layers) {
    this.#layers = layers.filter(([, spans]) => spans.length > 0);
    if (this.#layers.length === 0) this.#end();
    else {
      if (!this.#boxes) this.#begin();
      this.#draw();
    }
  }

  #begin() {
    this.#boxes = document.createElement('fovea-marks');
    this.#boxes.style.display = 'contents'; // a stacking context would keep them from blending with the page
    this.#boxes.setAttribute('aria-hidden', 'true');
    document.documentElement.append(this.#boxes); // beside the body, which is the page's
    for (const event of MOVES) addEventListener(event, this.#later, { capture: true, passive: true });
    this.#watched = new ResizeObserver(this.#later);
    this.#watched.observe(this.#page.root);
    this.#watched.observe(document.body);
  }

  #end() {
    if (!this.#boxes) return;
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    for (const event of MOVES) removeEventListener(event, this.#later, { capture: true });
    this.#watched.disconnect();
    this.#boxes.remove();
    this.#boxes = null;
  }

  #draw() {
    this.#drawing = 0;
    const clips = new Map();
    const boxes = [];
    for (const [name, spans] of this.#layers) {
      for (const range of spans.flatMap(({ start, end }) => this.#page.parts(start, end).map(rangeOver))) {
        const parent = parentOf(range.startContainer);
        if (!parent) continue; // the page has taken it out
        const clip = clipOf(parent, clips);
        for (const rect of range.getClientRects()) {
          const seen = meet(rect, clip);
          if (seen) boxes.push(box(name, seen, getComputedStyle(parent).color));
        }
      }
    }
    this.#boxes.replaceChildren(...boxes);
  }
}

function rangeOver({ node, from, to }) {
  const range = document.createRange();
  range.setStart(node, Math.min(from, node.data.length));
  range.setEnd(node, Math.min(to, node.data.length));
  return range;
}

/** The part of the viewport in which an element's content can be seen. */
function clipOf(element, known) {
  if (!known.has(element)) {
    const parent = parentOf(element);
    let clip = parent ? clipOf(parent, known) : { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    if (parent && element !== document.body && getComputedStyle(element).overflow !== 'visible') clip = meet(element.getBoundingClientRect(), clip);
    known.set(element, clip);
  }
  return known.get(element);
}

/** What two rectangles have in common, null if it is nothing. */
function meet(a, b) {
  if (!b) return null;
  const both = { left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) };
  return both.left < both.right && both.top < both.bottom ? both : null;
}

/** A box that colours what is around letters of a colour. */
function box(name, { left, top, right, bottom }, color) {
  const element = document.createElement('fovea-mark');
  const [r, g, b] = color.match(/[\d.]+/g).map(Number);
  const isLight = (2 * r + 5 * g + b) / 8 > 127;
  element.className = name;
  Object.assign(element.style, {
    position: 'fixed', zIndex: 2147483647, pointerEvents: 'none', boxSizing: 'border-box', left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    colorScheme: isLight ? 'dark' : 'light', mixBlendMode: isLight ? 'screen' : 'multiply',
  });
  return element;
}
