// The lens: starts demo/lens, a Go program, and gives it a text and a model.
// In a frame of the demo's page, that calls openLens; by itself the lens looks
// at the text in its address, as in /lens/#text=Light%20is%20a%20wave&theme=dark.

const PATIENCE = 1500; // ms, after which it says what takes so long

const status = document.getElementById('status');
const words = document.getElementById('words');
const root = document.documentElement;

/**
 * Shows the attention of a text. It may be called once.
 * @param {object} o
 * @param {string} o.text
 * @param {Promise<import('/js/fovea.js').Model>|import('/js/fovea.js').Model} o.model
 * @param {'light'|'dark'|'auto'} [o.theme]
 * @param {() => void} [o.close] called when the person is done
 */
globalThis.openLens = async ({ text, model, theme = 'auto', close = () => {} }) => {
  if (theme !== 'auto') root.dataset.theme = theme;
  const slow = setTimeout(() => say('Getting the lens …\nThe first time, this machine builds it from its source, which takes a minute.'), PATIENCE);
  try {
    if (!document.createElement('canvas').getContext('webgl2')) throw new Error('It draws with WebGL 2, which this browser does not have or does not allow.');
    const go = new globalThis.Go();
    const [{ instance }, loaded] = await Promise.all([program(go.importObject), model]);
    globalThis.lens = { text, model: loaded.bridge, theme: resolve(theme), shown, failed, close };
    clearTimeout(slow);
    go.run(instance).then(() => failed('The lens has ended. Close it and open it again.'), (err) => failed(err.message));
  } catch (err) {
    clearTimeout(slow);
    failed(err.message);
  }
};

async function program(imports) {
  const response = await fetch('/lens/lens.wasm');
  if (!response.ok) throw new Error((await response.text()).trim() || `HTTP status ${response.status}`);
  return WebAssembly.instantiateStreaming(response, imports);
}

function resolve(theme) {
  if (theme !== 'auto') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Called by the program after each picture, with what it shows. */
function shown(json) {
  const first = !root.dataset.lens;
  root.dataset.lens = json;
  const state = JSON.parse(json);
  if (words.textContent !== state.words) words.textContent = state.words;
  if (!first) return;
  say('');
  document.querySelector('canvas').setAttribute('aria-label', 'Attention of a text; Escape goes back');
  document.querySelector('canvas').focus();
}

function failed(message) {
  if (root.dataset.lensError) return; // what comes first tells most
  document.querySelector('canvas')?.remove();
  root.dataset.lensError = message;
  say(`The lens cannot be shown.\n${message}`);
}

function say(text) {
  status.textContent = text;
}

if (parent === window) {
  const { open } = await import('/js/fovea.js');
  const { text = '', theme } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  globalThis.openLens({ text, theme, model: open().then((rt) => rt.load('/model.safetensors')) });
}
