// The dialog for a text of one's own.

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
    if (text.value.trim() === '') {
      event.preventDefault();
      problem.textContent = 'Paste or type some text first.';
      text.focus();
      return;
    }
    use(paragraphs(text.value));
  });
}

function paragraphs(text) {
  return text.split(/\n[ \t]*\n\s*/).filter((p) => p.trim()).map((p) => {
    const element = document.createElement('p');
    element.textContent = p;
    return element;
  });
}
