// The list of sentences found, best first.

const PAGE = 12; // sentences shown at once

/** Fills list with matches; more shows the next ones. */
export class RankedList {
  #list;
  #more;
  #matches = [];
  #shown = PAGE;
  #doc;
  #current = -1;

  /**
   * @param {HTMLElement} list
   * @param {HTMLButtonElement} more
   * @param {{onPick: (sentence: number) => void, onHover: (sentence: number) => void}} o
   *   onHover is called with -1 when the pointer leaves
   */
  constructor(list, more, { onPick, onHover }) {
    this.#list = list;
    this.#more = more;
    const sentence = (e) => Number(e.target.closest('button')?.dataset.sentence ?? -1);
    list.addEventListener('click', (e) => sentence(e) >= 0 && onPick(sentence(e)));
    list.addEventListener('pointerover', (e) => e.pointerType === 'mouse' && onHover(sentence(e)));
    list.addEventListener('pointerleave', () => onHover(-1));
    list.addEventListener('keydown', (e) => this.#key(e));
    more.addEventListener('click', () => {
      this.#shown += PAGE;
      this.#draw();
    });
  }

  /** Shows matches of a document. */
  show(doc, matches) {
    this.#doc = doc;
    this.#matches = matches;
    this.#shown = PAGE;
    this.#draw();
    this.#list.parentElement.scrollTop = 0;
  }

  clear() {
    this.#matches = [];
    this.#draw();
  }

  /** Points out a sentence in the list, if it is there. */
  current(sentence) {
    this.#current = sentence;
    for (const button of this.#list.querySelectorAll('button')) {
      if (Number(button.dataset.sentence) === sentence) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  #draw() {
    this.#list.replaceChildren(...this.#matches.slice(0, this.#shown).map((m) => this.#item(m)));
    this.#more.hidden = this.#matches.length <= this.#shown;
    this.current(this.#current);
  }

  #item({ sentence, score }) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.sentence = sentence;
    const number = document.createElement('span');
    number.className = 'score';
    number.textContent = score.toFixed(2);
    number.style.setProperty('--share', Math.min(Math.max(score, 0), 1));
    const words = document.createElement('span');
    words.className = 'words';
    words.textContent = this.#doc.sentence(sentence).replace(/\s+/g, ' ').slice(0, 400);
    button.append(number, words);
    const item = document.createElement('li');
    item.append(button);
    return item;
  }

  /** The arrow keys go along the list. */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...this.#list.querySelectorAll('button')];
    buttons[buttons.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  }
}
