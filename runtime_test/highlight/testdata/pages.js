// Pages of all kinds, each in a part of its own: what is read of them, what is
// scrolled and opened, and that the page's own scripts go on.

import { Highlighter } from '/js/highlight.js';
import { PageText, reveal, scrollToRange } from '/js/page_text.js';

/** A part of the page with this markup, which is taken out after body. */
async function part(html, body) {
  const element = document.createElement('div');
  element.innerHTML = html;
  document.body.append(element);
  try {
    return await body(element);
  } finally {
    element.remove();
    scrollTo(0, 0);
  }
}

const frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });

/** The rectangle of a range lies in the window and in everything that scrolls around it. */
function isInView(range, root) {
  const rect = range.getBoundingClientRect();
  const inside = (box) => rect.top >= box.top - 1 && rect.bottom <= box.bottom + 1 && rect.left >= box.left - 1 && rect.left < box.right;
  if (!inside({ top: 0, left: 0, bottom: innerHeight, right: innerWidth })) return false;
  for (let e = range.startContainer.parentElement; e && e !== root.parentElement; e = e.parentElement ?? e.getRootNode().host) {
    if (getComputedStyle(e).overflowY !== 'visible' && !inside(e.getBoundingClientRect())) return false;
  }
  return true;
}

export const pages = ({ equal, spaced, span }) => {
  const textOf = (element) => new PageText(element).text.split('\n\n').map(spaced).filter(Boolean);
  return {
    'what cannot be seen is not read, what can be opened is': () => part(`
      <p>seen</p>
      <p style="opacity: 0">clear <b>inside</b></p>
      <p style="display: none">none</p>
      <p hidden>hidden</p>
      <p hidden style="display: block">hidden but shown</p>
      <p hidden="until-found">until found</p>
      <div style="content-visibility: hidden"><p>skipped content</p></div>
      <div style="content-visibility: auto"><p>late content</p></div>
      <details><summary>a title</summary><p>closed</p><details><summary>inner title</summary>inner</details></details>
      <div style="visibility: hidden">veiled <b style="visibility: visible">but this</b></div>
      <p style="position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)">for readers of screens</p>
      <p>size<span style="font-size: 0">less</span></p>
      <div style="display: contents"><p>without a box of its own</p></div>
      <div inert><p>inert</p></div>
      <div aria-hidden="true">told to nobody</div>
      <noscript>no script</noscript><template>template</template><select><option>option</option></select>`,
    (element) => {
      const shown = ['seen', 'hidden but shown', 'until found', 'late content', 'a title', 'closed', 'inner title', 'inner', 'but this',
        'size', 'without a box of its own', 'inert'];
      const noContentVisibility = !CSS.supports('content-visibility', 'hidden') && ['skipped content'];
      equal(textOf(element), noContentVisibility ? [...shown.slice(0, 3), 'skipped content', ...shown.slice(3)] : shown, 'text');
    }),

    'shadow trees are read where they stand, with what is slotted': () => part('<p>before</p><div id="host"><i slot="b">for b</i>the rest<u slot="none">lost</u></div><p>after</p>', (element) => {
      const tree = element.querySelector('#host').attachShadow({ mode: 'open' });
      tree.innerHTML = '<p>in the shade</p><p><slot></slot></p><p>then <slot name="b">nothing</slot> and <slot name="c">a default</slot></p>';
      const page = new PageText(element);
      equal(page.text.split('\n\n').map(spaced).filter(Boolean), ['before', 'in the shade', 'the rest', 'then for b and a default', 'after'], 'text');
      equal([...page.trees].length === 1 && page.trees.has(tree), true, 'the tree is told');
      const { start, end } = span(page.text, 'then for b and');
      equal(page.ranges(start, end).map(String).join('|'), 'then |for b| and', 'ranges, one a tree');
      if (globalThis.Highlight) {
        const highlighter = new Highlighter(page, ['x']);
        highlighter.paint({ x: [{ start, end }] });
        equal(CSS.highlights.get('x').size, 3, 'highlights');
        highlighter.clear();
      }
    }),

    'frames are counted': () => part('<p>a</p><iframe srcdoc="<p>framed</p>"></iframe><div style="display: none"><iframe></iframe></div>', (element) => {
      const page = new PageText(element);
      equal([spaced(page.text), page.frames], ['a', 1], 'text and frames');
    }),

    'what can be opened is opened': () => part(`<details><summary>title</summary><details><summary>inner title</summary><p>closed</p></details></details>
      <div hidden="until-found"><p>until found</p></div>`, (element) => {
      let asked = 0;
      element.addEventListener('beforematch', () => asked++);
      const page = new PageText(element);
      const open = (words) => page.parts(...Object.values(span(page.text, words))).forEach(({ node }) => reveal(node));
      open('inner title');
      equal([...element.querySelectorAll('details')].map((d) => d.open), [true, false], 'its own title does not open it');
      open('closed');
      equal([...element.querySelectorAll('details')].map((d) => d.open), [true, true], 'details');
      open('until found');
      equal([asked, element.querySelector('[hidden]')], [1, null], 'until found');
      equal(page.range(...Object.values(span(page.text, 'until found'))).getBoundingClientRect().height > 0, true, 'it has a box');
    }),

    'everything around a match scrolls': () => part(`<div style="height: 3000px"></div>
      <div id="outer" style="height: 300px; overflow: auto; border: 5px solid"><div style="height: 900px"></div>
        <div id="inner" style="height: 200px; width: 300px; overflow: scroll"><div style="height: 700px; width: 900px"></div>
          <p style="width: 900px"><span style="margin-left: 700px">the match</span></p><div style="height: 700px"></div></div>
        <div style="height: 900px"></div></div>
      <div id="host"></div><div style="height: 3000px"></div>`, async (element) => {
      element.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML = '<div style="height: 150px; overflow: auto"><div style="height: 800px"></div><p>a shaded match</p><div style="height: 800px"></div></div>';
      const page = new PageText(element);
      for (const words of ['the match', 'a shaded match']) {
        const range = page.range(...Object.values(span(page.text, words)));
        equal(isInView(range, element), false, `${words} is in view before`);
        scrollToRange(range, 'instant');
        await frame();
        equal(isInView(range, element), true, `${words} is in view`);
      }
    }),

    'right to left and columns scroll, too': () => part(`<div dir="rtl" style="width: 200px; overflow-x: auto; white-space: nowrap">${'كلمة '.repeat(200)} <b>النهاية</b></div>`, async (element) => {
      const page = new PageText(element);
      const range = page.range(...Object.values(span(page.text, 'النهاية')));
      equal(isInView(range, element), false, 'in view before');
      scrollToRange(range, 'instant');
      await frame();
      equal(isInView(range, element), true, 'in view');
    }),

    'under boxes the page does with its nodes what it wants': () => part('<ul><li>one</li><li>two</li><li>three</li></ul><p>some <b>bold</b> text that is long</p>', async (element) => {
      const html = element.innerHTML;
      const page = new PageText(element);
      const highlighter = new Highlighter(page, ['x'], { boxes: true });
      highlighter.paint({ x: [span(page.text, 'two'), span(page.text, 'some bold text that')] });
      equal(element.innerHTML, html, 'markup while marked');
      const list = element.querySelector('ul');
      const [one, two, three] = list.children;
      const text = element.querySelector('p').lastChild;
      list.insertBefore(three, two); // as React moves what has a key
      list.insertBefore(document.createElement('li'), one);
      two.firstChild.replaceData(0, 3, 'zwei');
      text.replaceData(1, 4, 'words');
      element.querySelector('p').removeChild(element.querySelector('b'));
      element.normalize();
      dispatchEvent(new Event('resize')); // draws again, over what is left
      await frame();
      highlighter.paint({ x: [] });
      equal([...list.children].map((li) => li.textContent), ['', 'one', 'three', 'zwei'], 'list');
      equal(element.querySelector('p').textContent, 'some  words that is long', 'paragraph');
    }),

    'boxes follow what scrolls and are cut where that ends': () => part(`<div style="height: 100px; overflow: auto"><div style="height: 400px"></div><p>a word in a box</p><div style="height: 400px"></div></div>`, async (element) => {
      const page = new PageText(element);
      const highlighter = new Highlighter(page, ['x'], { boxes: true });
      const at = span(page.text, 'word');
      highlighter.paint({ x: [at] });
      equal(document.querySelectorAll('fovea-mark').length, 0, 'boxes of what is scrolled away');
      element.firstChild.scrollTop = 380;
      await frame();
      await frame();
      const box = document.querySelector('fovea-mark').getBoundingClientRect();
      const want = page.range(at.start, at.end).getBoundingClientRect();
      equal(Math.abs(box.top - want.top) < 1 && Math.abs(box.left - want.left) < 1 && Math.abs(box.width - want.width) < 1, true, 'place');
      equal(getComputedStyle(document.querySelector('fovea-mark')).pointerEvents, 'none', 'pointer');
      highlighter.clear();
      equal(document.querySelector('fovea-marks'), null, 'layer left');
    }),

    'a reading equals another of the same nodes only': () => part('<p>one</p><p>two</p>', (element) => {
      const page = new PageText(element);
      equal(page.equals(new PageText(element)), true, 'the same');
      element.firstChild.replaceWith(element.firstChild.cloneNode(true));
      equal(page.equals(new PageText(element)), false, 'a clone');
    }),

    'ten thousand nodes are read in moments': () => part(`<p>${'<b>word</b> '.repeat(5000)}</p>${'<p>a</p>'.repeat(5000)}`, (element) => {
      const since = performance.now();
      new PageText(element);
      const took = performance.now() - since;
      equal(took < 5000, true, `${took} ms`); // some 50; a layout for each would take minutes
    }),
  };
};
