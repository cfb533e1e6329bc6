// The dialog for a text of one's own.

const VISIBLE = /[^\s\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u; // the last ones are letters that show nothing

/** Makes button open dialog; use gets the paragraphs of the text as elements. */
export function ownText(button, dialog, use) {
  const text = dialog.querySelector('textarea');
  const problem = dialog.querySelector('[role="alert"]');
  button.addEventListener('click', () => {
    problem.textContent = '';
    dialog.showModal();
    text.focus();
  });
  text.addEventListener('input', () => { problem.textContent = ''; });
  dialog.querySelector('#own-cancel').addEventListener('click', () => dialog.close());
  dialog.querySelector('form').addEventListener('submit', (event) => {
    if (!VISIBLE.test(text.value)) {
      event.preventDefault();
      problem.textContent = 'Paste or type some text first.';
      text.focus();
      return;
    }
    use(paragraphs(text.value));
  });
}

function paragraphs(text) {
  return text.split(/\n[ \t]*\n\s*/).filter((p) => VISIBLE.test(p)).map((p) => {
    const element = document.createElement('p');
    element.textContent = p;
    return element;
  });
}
