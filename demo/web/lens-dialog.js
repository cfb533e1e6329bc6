// The dialog that shows what the model's heads look at in a text. The lens is
// loaded when it is opened, in a frame, with which it goes again.

/** Makes dialog show a text's attention; its button closes it. */
export class LensDialog {
  #dialog;
  #frame;

  constructor(dialog) {
    this.#dialog = dialog;
    dialog.querySelector('button').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => this.#frame.remove());
  }

  /**
   * @param {string} text
   * @param {import('/js/fovea.js').Model} model computes for the lens, too
   */
  show(text, model) {
    this.#frame = document.createElement('iframe');
    this.#frame.title = 'Attention';
    this.#frame.src = '/lens/';
    this.#frame.addEventListener('load', () => {
      const lens = this.#frame.contentDocument?.defaultView; // none where the browser shows an error of its own
      const problem = this.#dialog.querySelector('[role="alert"]');
      problem.hidden = !!lens?.openLens;
      if (!lens?.openLens) return;
      lens.openLens({ text, model, theme: theme(), close: () => this.#dialog.close() });
      lens.focus();
    });
    this.#dialog.append(this.#frame);
    this.#dialog.showModal();
  }
}

function theme() {
  return document.documentElement.dataset.theme ?? 'auto';
}
