// Runs in the page: each test throws what is wrong, or passes.

import { Highlighter, PageText } from '/js/highlight.js';

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

for (const marks of [false, true]) {
  const kind = marks ? 'marks' : 'highlights';
  const paint = () => {
    const page = read();
    const highlighter = new Highlighter(page, ['low', 'high'], { marks });
    const low = span(page.text, 'bold and slanted sentence');
    const high = span(page.text, 'slanted');
    highlighter.paint({ low: [low, span(page.text, '👧 and')], high: [high] });
    return { page, highlighter, low, high };
  };

  Object.assign(tests, {
    [`${kind} come and go without a trace`]() {
      const html = root.innerHTML;
      const nodes = textNodes();
      const { highlighter, high } = paint();
      equal(root.textContent, nodes.map((n) => n.data).join(''), 'text while painted');
      equal(root.innerHTML === html, !marks, 'elements are as they were');
      highlighter.paint({ high: [high], low: [] });
      highlighter.clear();
      equal(root.innerHTML, html, 'elements after clear');
      equal(textNodes().every((n, i) => n === nodes[i]), true, 'text nodes are the same');
      equal(CSS.highlights.size, 0, 'highlights left');
    },

    [`${kind} cover their words`]() {
      const { highlighter } = paint();
      const covered = (name) => marks
        ? [...root.querySelectorAll(`mark.${name}`)].map((m) => m.textContent).join('|')
        : [...CSS.highlights.get(name)].map((r) => r.toString()).join('|');
      equal(covered('high'), 'slanted', 'high');
      equal(covered('low'), marks ? 'bold |and |slanted| sentence|👧 and' : 'bold and slanted sentence|👧 and', 'low');
      if (marks) equal(root.querySelector('mark.high').className, 'low high', 'a part in two layers');
      else equal(CSS.highlights.get('high').priority > CSS.highlights.get('low').priority, true, 'high is on top');
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

const failures = [];
for (const [name, body] of Object.entries(tests)) {
  try {
    body();
  } catch (err) {
    failures.push(`${name}: ${err.message}`);
  }
}
globalThis.outcome = { tests: Object.keys(tests).length, failures };
