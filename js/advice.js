// What to do about an error, in words for those who look at a page or own it.

import { assetURL } from './place.js';

/** Why nothing can start in this page, wherever the files lie; '' if nothing is known to be in the way. */
export function obstacle() {
  if (location.protocol === 'file:') {
    return 'This page is a file on disk, where browsers start no workers. Serve its folder, for example with '
      + '“python3 -m http.server”, and open it at http://localhost:8000.';
  }
  let home;
  try {
    home = new URL(assetURL('infer-simd.wasm'));
  } catch {
    return 'fovea.js does not know its own address: load it by a plain tag, <script src="/fovea/fovea.js"></script>, '
      + 'without type="module".';
  }
  if (home.origin === location.origin) return '';
  return `fovea.js comes from ${home.origin}, this page from ${location.origin}, and browsers start workers only from the `
    + 'page’s own origin. Copy the folder of fovea.js to this site and let the tag point there.';
}

/**
 * What can be done about an error.
 * @param {Error} err
 * @returns {string} one or two sentences
 */
export function advice(err) {
  const words = answers[err.code]?.(err);
  return words ?? `Something went wrong: ${err.message}. Reload the page to start afresh.`;
}

const answers = {
  unsupported: () => 'This browser lacks WebAssembly SIMD. A current Firefox, Chrome, Edge or Safari has it.',
  empty: () => 'There is no sentence in this text.',
  'too-long': ({ got, want }) => `This text is too long: ${got} sentences, where ${want} can be read.`,
  file: () => 'The model file is damaged. Fetch or build it anew, and press Focus again.',
  policy: ({ got, want }) => `The Content-Security-Policy forbids ${got}. Add ${want}.`,
  build: ({ arg }) => `${arg} is of another build than the script. Serve the files of one build together, and reload the page.`,
  worker: ({ got }) => {
    if (got.includes('could not be loaded')) {
      return globalThis.crossOriginIsolated
        ? 'The worker could not be loaded. This page sends Cross-Origin-Embedder-Policy: fovea.js must be served with that header, too.'
        : `${got}. Serve the whole folder, its files by their names.`;
    }
    return `The worker failed (${got}). Reload the page to start afresh.`;
  },
  compile: ({ got }) => `The module cannot be compiled: ${got}. Was its file cut short?`,
  fetch: ({ arg, got }) => {
    if (/^nothing came/.test(got)) return `${arg} stopped coming (${got}). Press Focus to try again.`;
    if (/^HTTP status 4/.test(got)) return `${arg} is not there (${got}). “wasmbuild js” writes it beside fovea.js; serve the whole folder.`;
    return `${arg} could not be fetched (${got}). Is the network there, and does the Content-Security-Policy, of the page and of `
      + 'fovea.js, have connect-src \'self\'?';
  },
};
