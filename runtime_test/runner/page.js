// The case runner in a page: the test waits for #ready to show, then calls answer(case) and awaits a line of JSON.
const ready = document.querySelector('#ready');
try {
  const { makeRunner } = await import('./runner.js');
  const variant = new URL(location.href).searchParams.get('variant');
  const read = async (path) => (await fetch(`/${path}`)).arrayBuffer();
  globalThis.answer = makeRunner({ variant, read, about: navigator.userAgent });
} catch (err) {
  ready.textContent = err.stack;
}
ready.hidden = false;
