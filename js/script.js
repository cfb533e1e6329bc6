// The bundle's entry, `fovea.js` of `wasmbuild js`: in a page it defines the
// global `fovea` and the element <fovea-focus>, and follows its own tag,
//
//   <script src="/fovea/fovea.js" data-focus="article"></script>
//
// and in the workers that it starts it is their code.

import { isOwnWorker, tag } from './place.script.js';

export { Focus } from './focus.js';
export { FoveaError, open } from './fovea.js';
export { Highlighter } from './highlight.js';
export { PageText } from './page_text.js';

if (isOwnWorker) import('./worker.js');
else if (globalThis.customElements) import('./element.js').then(followTag);

/** Puts a <fovea-focus> before what the tag names. */
async function followTag({ FoveaFocus }) {
  if (tag?.dataset.focus === undefined) return;
  if (document.readyState === 'loading') {
    await new Promise((done) => document.addEventListener('DOMContentLoaded', done, { once: true }));
  }
  const element = new FoveaFocus();
  for (const [name, value] of Object.entries(tag.dataset)) {
    if (name !== 'focus') element.setAttribute(name, value);
    else if (value) element.setAttribute('for', value);
  }
  if (place(element)) return;
  const watcher = new MutationObserver(() => place(element) && watcher.disconnect());
  watcher.observe(document, { subtree: true, childList: true });
}

/** Puts the element before its target, or, to say that there is none, on top. Returns whether there is one. */
function place(element) {
  const { target } = element;
  if (target && target !== document.body) target.before(element);
  else if (!element.isConnected) document.body.prepend(element);
  return target !== null;
}
