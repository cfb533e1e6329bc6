// The dark and light themes: the system's, until the button says otherwise.

const system = matchMedia('(prefers-color-scheme: dark)');

/** Makes button switch the theme of the page. */
export function themeButton(button) {
  const root = document.documentElement;
  const show = () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
    button.setAttribute('aria-pressed', dark);
    return dark;
  };
  button.addEventListener('click', () => {
    root.dataset.theme = show() ? 'light' : 'dark';
    show();
  });
  system.addEventListener('change', show);
  show();
}
