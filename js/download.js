// Fetching a model file or the module.

import { FoveaError, wrap } from './error.js';

/**
 * @typedef {{phase: 'download'|'load', loaded: number, total: number}} Progress
 *   bytes; total is 0 where the server does not say
 */

/**
 * Returns the bytes of source and whether they may be given away. What comes
 * over the network stays in its chunks: to join them would hold up a page.
 * @param {string|URL|Response|ArrayBuffer|Uint8Array} source
 * @param {{op: string, signal?: AbortSignal, onProgress?: (p: Progress) => void}} o
 * @returns {Promise<{bytes: ArrayBuffer|Uint8Array|Uint8Array[], owned: boolean}>}
 */
export async function download(source, { op, signal, onProgress }) {
  signal?.throwIfAborted();
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return { bytes: source, owned: false };
  const name = source instanceof Response ? source.url : `${source}`;
  try {
    if (name.startsWith('file:')) return { bytes: await readFile(name, signal), owned: false };
    const response = source instanceof Response ? source : await fetch(new URL(source, globalThis.location?.href), { signal });
    if (!response.ok) throw new FoveaError('fetch', { op, arg: name, got: `HTTP status ${response.status}` });
    return { bytes: await readBody(response, signal, onProgress), owned: true };
  } catch (err) {
    signal?.throwIfAborted();
    throw wrap(err, 'fetch', { op, arg: name });
  }
}

/** node's fetch does not take file: URLs. Bundlers for pages refuse an import of node's own. */
function readFile(url, signal) {
  return globalThis.process.getBuiltinModule('node:fs/promises').readFile(new URL(url), { signal });
}

async function readBody(response, signal, onProgress) {
  // The length of a compressed body is not that of its content.
  const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  const chunks = [];
  let loaded = 0;
  const reader = response.body.getReader();
  const stop = () => reader.cancel().catch(() => {}); // ends the read that waits: the response may not have had the signal
  signal?.addEventListener('abort', stop);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    onProgress?.({ phase: 'download', loaded, total });
  }
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  return chunks;
}

/** One array of what download returns. */
export function joined(bytes) {
  if (!Array.isArray(bytes)) return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const all = new Uint8Array(bytes.reduce((n, chunk) => n + chunk.length, 0));
  let at = 0;
  for (const chunk of bytes) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The buffers of chunks, each once, to be given away. */
export const buffersOf = (chunks) => [...new Set(chunks.map(({ buffer }) => buffer))];
