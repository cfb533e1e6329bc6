// What <fovea-focus> looks like: its shadow tree, made without markup or
// inline style, so that it is under no policy about them.

const IDLE = 'Finds by meaning, on this device. Leave it empty for the gist.';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host {
    --ink: light-dark(#26231e, #e5e0d5);
    --soft: light-dark(#655e52, #a9a294);
    --paper: light-dark(#fffdf8, #1b1f23);
    --line: light-dark(#d9d2c3, #3a4147);
    --accent: light-dark(#1f5566, #8cc6d4);
    --on-accent: light-dark(#fff, #0f2128);
    --warm: light-dark(#8a2f12, #f2a58a);
    display: block;
    position: sticky;
    top: .5em;
    z-index: 5;
    margin-block: 1em;
    color: var(--ink);
    font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
    text-align: start;
  }
  :host([hidden]), [hidden] { display: none !important; }
  * { box-sizing: border-box; }
  form {
    padding: .7em .8em;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--paper);
    box-shadow: 0 1px 2px rgb(40 32 16 / 8%), 0 6px 20px rgb(40 32 16 / 8%);
  }
  .row { display: flex; align-items: center; gap: .5em; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  input[type="search"] {
    flex: 1 1 9em;
    min-width: 0;
    padding: .5em .7em;
    border: 1px solid var(--soft);
    border-radius: 8px;
    background: transparent;
    color: inherit;
    font: inherit;
    font-size: 16px; /* below, phones zoom in */
  }
  input::placeholder { color: var(--soft); opacity: 1; }
  button {
    padding: .5em .8em;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: transparent;
    color: var(--accent);
    font: inherit;
    cursor: pointer;
  }
  button:hover { border-color: var(--accent); }
  button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .steps button { padding: .3em .7em; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .row + .row { margin-top: .5em; }
  .budget, [role="status"], details { font-size: .87em; }
  .budget, [role="status"], summary { color: var(--soft); }
  .budget { display: flex; align-items: center; gap: .5em; flex: 1 1 auto; min-width: 0; }
  .steps { display: flex; gap: .3em; }
  input[type="range"] { flex: 0 1 9em; min-width: 3em; margin: 0; accent-color: var(--accent); }
  output { min-width: 2.6em; font-variant-numeric: tabular-nums; }
  [role="status"] { margin: .5em 0 0; }
  progress { display: block; width: 100%; height: 4px; margin-top: .5em; border: 0; border-radius: 9px; overflow: hidden; background: var(--line); accent-color: var(--accent); }
  progress::-webkit-progress-bar { background: var(--line); }
  progress::-webkit-progress-value { background: var(--accent); }
  progress::-moz-progress-bar { background: var(--accent); }
  .problem { margin: .5em 0 0; color: var(--warm); }
  details { margin-top: .5em; }
  summary { cursor: pointer; }
  ol { max-height: min(16em, 40vh); margin: .3em 0 0; padding: 0; overflow: auto; list-style: none; scrollbar-width: thin; }
  ol button { width: 100%; padding: .35em .5em; border: 0; color: inherit; text-align: start; }
  ol button:hover, ol [aria-current="true"] { background: color-mix(in srgb, var(--accent) 12%, transparent); }
  @media print { :host { display: none; } }
  @media (pointer: coarse) {
    button, input[type="range"] { min-height: 44px; }
    summary { padding-block: .8em .4em; }
    details { margin: 0; }
  }
`);

/** Makes an element with attributes; what begins with “on” is a listener. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** The shadow tree of one element. */
export class View {
  #value = make('output', { for: 'budget' });
  #status = make('p', { role: 'status' });
  #bar = make('progress', { 'aria-label': 'Progress' });
  #problem = make('p', { class: 'problem', role: 'alert' });
  #steps = make('span', { class: 'steps', hidden: '' });
  #list = make('ol');
  #summary = make('summary');
  #details = make('details', { hidden: '' }, this.#summary, this.#list);

  /**
   * @param {ShadowRoot} root
   * @param {object} on what a person does
   * @param {() => void} on.touch turns to the control
   * @param {() => void} on.type changes the query
   * @param {() => void} on.budget moves the slider
   * @param {() => void} on.ask presses the button, or Enter
   * @param {() => void} on.stop wants the highlights out
   * @param {(by: 1|-1) => void} on.step goes to the next sentence, or to the one before
   * @param {(i: number) => void} on.pick chooses from the list
   */
  constructor(root, on) {
    this.query = make('input', {
      id: 'query', type: 'search', autocomplete: 'off', enterkeyhint: 'search', placeholder: 'What are you looking for?',
      oninput: on.type,
      onkeydown: (e) => {
        if (e.key !== 'Escape') return;
        e.preventDefault(); // the browser's own clearing would ask for the gist
        on.stop();
      },
    });
    this.budget = make('input', { id: 'budget', type: 'range', min: 1, max: 50, value: 10, oninput: on.budget });
    this.#steps.append(
      make('button', { type: 'button', 'aria-label': 'Sentence before', onclick: () => on.step(-1) }, '↑'),
      make('button', { type: 'button', 'aria-label': 'Next sentence', onclick: () => on.step(1) }, '↓'),
      make('button', { type: 'button', 'aria-label': 'Take the highlights out', onclick: on.stop }, '✕'),
    );
    this.#list.addEventListener('click', (e) => {
      const button = e.target.closest('button');
      if (button) on.pick([...this.#list.querySelectorAll('button')].indexOf(button));
    });
    root.adoptedStyleSheets = [sheet];
    root.append(make('form', {
      role: 'search', 'aria-label': 'Focus on what matters',
      onpointerdown: on.touch,
      onsubmit: (e) => {
        e.preventDefault();
        on.ask();
      },
    },
    make('div', { class: 'row' },
      make('label', { for: 'query', class: 'unseen' }, 'What are you looking for?'), this.query,
      make('button', { class: 'main' }, 'Focus')),
    make('div', { class: 'row' },
      make('span', { class: 'budget' }, make('label', { for: 'budget' }, 'Keep'), this.budget, this.#value), this.#steps),
    this.#status, this.#bar, this.#problem, this.#details));
    this.showBudget();
    this.idle();
  }

  showBudget() {
    const text = `${this.budget.value} %`;
    this.#value.textContent = text;
    this.budget.setAttribute('aria-valuetext', text);
  }

  /** Nothing is marked. */
  idle(status = IDLE) {
    this.#say(status);
    this.#steps.hidden = this.#details.hidden = true;
  }

  /** @param {import('./download.js').Progress} p */
  loading({ phase, loaded, total }) {
    const mb = (bytes) => (bytes / 1e6).toFixed(1);
    this.#progress(loaded, total);
    this.#status.textContent = phase === 'load' ? 'Preparing the model …' : `Fetching the model: ${mb(loaded)}${total ? ` of ${mb(total)}` : ''} MB`;
  }

  /** @param {{done: number, total: number}} p tokens */
  reading({ done, total }) {
    this.#progress(done, total);
    this.#status.textContent = 'Reading the text …';
  }

  /** Lists what is marked, best first. */
  found(status, sentences) {
    this.#say(status);
    this.#steps.hidden = this.#details.hidden = false;
    this.#status.classList.add('unseen'); // the list's title says the same
    this.#summary.textContent = status;
    this.#list.replaceChildren(...sentences.map((text) => make('li', {}, make('button', { type: 'button' }, text))));
  }

  /** Points out the i-th of the list; -1 for none. */
  current(i) {
    this.#list.querySelectorAll('button').forEach((button, k) => button.setAttribute('aria-current', k === i));
  }

  /** Says what is wrong. */
  problem(text) {
    this.idle('');
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }

  #say(status) {
    this.#status.textContent = status;
    this.#status.classList.remove('unseen');
    this.#problem.hidden = this.#bar.hidden = true;
  }

  #progress(value, max) {
    this.#status.classList.remove('unseen');
    this.#problem.hidden = true;
    this.#bar.hidden = false;
    if (max) Object.assign(this.#bar, { max, value });
    else this.#bar.removeAttribute('value');
  }
}
