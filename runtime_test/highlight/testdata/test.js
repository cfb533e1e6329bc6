// Runs in the page: each test throws what is wrong, or passes.

import { Highlighter } from '/js/highlight.js';
import { PageText } from '/js/page_text.js';
import { pages } from './pages.js';

const root = document.getElementById('root');
const equal = (got, want, what) => {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
};
const read = () => new PageText(root, { skip: '.skipped' });
const span = (text, words) => {
  const start = text.indexOf(words);
  if (start < 0) throw new Error(`${words} is not in the text`);
  return { start, end: start + words.length };
};
const textNodes = () => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
};
const spaced = (s) => s.replace(/\s+/g, ' ').trim();

const tests = {
  'blocks stand apart, the rest is joined'() {
    equal(read().text.split('\n\n').map(spaced).filter(Boolean), [
      'A title without a stop',
      'One bold and slanted sentence, wrapped in the source. Then another with a link.',
      'loose text', 'first item', 'second item after a break', 'kept as it is', 'inline', 'left', 'right', 'cell', 'next cell',
      'Emoji 👩‍👩‍👧 and é.'], 'blocks');
  },

  'white space is the page\'s'() {
    const { text } = read();
    equal(/sentence,\s+wrapped/.exec(text)[0].includes('\n'), false, 'a collapsed line break is kept');
    equal(text.includes('kept\n  as it  is'), true, 'preformatted text is as it is');
    equal(text.includes('item\nafter'), true, 'br is a line break');
  },

  'ranges hold what the text has'() {
    const page = read();
    for (const words of ['bold and slanted sentence', 'title', 'link.', 'kept\n  as it  is', '👩‍👩‍👧 and é']) {
      const { start, end } = span(page.text, words);
      equal(page.range(start, end).toString(), words, 'range');
    }
    equal(page.range(0, 0), null, 'an empty range');
    equal(page.range(1e9, 1e9 + 1), null, 'a range beyond the text');
  },

  'many blocks are read in time that grows with their number only'() {
    const many = document.createElement('div');
    for (let i = 0; i < 50000; i++) many.append(Object.assign(document.createElement('p'), { textContent: 'a' }));
    document.body.append(many);
    const since = performance.now();
    const { text } = new PageText(many);
    const took = performance.now() - since;
    many.remove();
    equal(text, 'a\n\n'.repeat(50000), 'text');
    // A fraction of a second; the square of their number took 14.
    if (!(took < 5000)) throw new Error(`${took} ms`);
  },
};

for (const boxes of [false, true]) {
  if (!boxes && !globalThis.Highlight) continue;
  const kind = boxes ? 'boxes' : 'highlights';
  const paint = () => {
    const page = read();
    const highlighter = new Highlighter(page, ['low', 'high'], { boxes });
    const low = span(page.text, 'bold and slanted sentence');
    const high = span(page.text, 'slanted');
    highlighter.paint({ low: [low, span(page.text, '👧 and')], high: [high] });
    return { page, highlighter, low, high };
  };

  Object.assign(tests, {
    [`${kind} come and go without a trace`]() {
      const html = document.body.outerHTML;
      const nodes = textNodes();
      const { highlighter, high } = paint();
      equal(document.body.outerHTML, html, 'the page while painted');
      highlighter.paint({ high: [high], low: [] });
      highlighter.clear();
      equal(document.documentElement.contains(document.querySelector('fovea-marks')), false, 'boxes left');
      equal(textNodes().every((n, i) => n === nodes[i]), true, 'text nodes are the same');
      equal(globalThis.CSS.highlights?.size ?? 0, 0, 'highlights left');
    },

    [`${kind} cover their words`]() {
      const { page, highlighter, low, high } = paint();
      if (!boxes) {
        const covered = (name) => [...CSS.highlights.get(name)].map((r) => r.toString()).join('|');
        equal([covered('high'), covered('low')], ['slanted', 'bold and slanted sentence|👧 and'], 'words');
        equal(CSS.highlights.get('high').priority > CSS.highlights.get('low').priority, true, 'high is on top');
      } else {
        const area = (rects) => [...rects].reduce((sum, r) => sum + r.width * r.height, 0);
        for (const [name, spans] of [['high', [high]], ['low', [low, span(page.text, '👧 and')]]]) {
          const want = area(spans.flatMap((s) => page.parts(s.start, s.end).flatMap(({ node, from, to }) => {
            const range = document.createRange();
            range.setStart(node, from);
            range.setEnd(node, to);
            return [...range.getClientRects()];
          })));
          const got = area([...document.querySelectorAll(`fovea-mark.${name}`)].map((m) => m.getBoundingClientRect()));
          equal(Math.abs(got - want) <= 0.02 * want, true, `${name} covers ${got}, want ${want}`);
        }
      }
      highlighter.clear();
    },

    [`${kind}: places are found on the screen`]() {
      const { page, highlighter, low } = paint();
      for (const words of ['slanted', 'sentence', 'second', 'right']) {
        const { start, end } = span(page.text, words);
        const range = highlighter.range(start, end);
        equal(range.toString(), words, 'range');
        const box = range.getBoundingClientRect();
        const at = highlighter.offsetAt(box.x + box.width / 2, box.y + box.height / 2);
        equal(at > start && at < end, true, `${at} is in ${words} at ${start}-${end}`);
      }
      equal(highlighter.range(low.start, low.end).toString(), 'bold and slanted sentence', 'range over elements');
      equal(highlighter.offsetAt(-10, -10), -1, 'outside the window');
      highlighter.clear();
    },
  });
}

Object.assign(tests, pages({ equal, spaced, span }));
const failures = [];
for (const [name, body] of Object.entries(tests)) {
  try {
    await body();
  } catch (err) {
    failures.push(`${name}: ${err.message}`);
  }
}
globalThis.outcome = { tests: Object.keys(tests), failures };
