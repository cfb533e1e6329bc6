// Fetching a model file or the module.

import { FoveaError, wrap } from './error.js';
import { within } from './within.js';

/**
 * @typedef {{phase: 'download'|'load', loaded: number, total: number}} Progress
 *   bytes; total is 0 where the server does not say
 */

const STALL = 20_000; // ms without a byte

/**
 * Returns the bytes of source and whether they may be given away. What comes
 * over the network stays in its chunks: to join them would hold up a page.
 * @param {string|URL|Response|ArrayBuffer|Uint8Array} source
 * @param {{op: string, signal?: AbortSignal, onProgress?: (p: Progress) => void, cache?: RequestCache}} o
 * @returns {Promise<{bytes: ArrayBuffer|Uint8Array|Uint8Array[], owned: boolean}>}
 */
export async function download(source, { op, signal, onProgress, cache }) {
  signal?.throwIfAborted();
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return { bytes: source, owned: false };
  const name = source instanceof Response ? source.url : `${source}`;
  const ended = new AbortController();
  const end = () => ended.abort();
  signal?.addEventListener('abort', end);
  let loaded = 0;
  const flowing = (promise) => within(STALL, promise, () => new FoveaError('fetch', { op, arg: name, got: `nothing came for ${STALL / 1000} s, after ${loaded} bytes` }));
  try {
    if (name.startsWith('file:')) return { bytes: await readFile(name, signal), owned: false };
    const response = source instanceof Response ? source : await flowing(fetch(new URL(source, globalThis.location?.href), { signal: ended.signal, cache }));
    if (!response.ok) throw new FoveaError('fetch', { op, arg: name, got: `HTTP status ${response.status}` });
    // The length of a compressed body is not that of its content.
    const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    const chunks = [];
    const reader = response.body.getReader();
    ended.signal.addEventListener('abort', () => reader.cancel().catch(() => {})); // ends the read that waits: the response may not have had the signal
    for (;;) {
      const { done, value } = await flowing(reader.read());
      if (done) break;
      chunks.push(value);
      loaded += value.length;
      onProgress?.({ phase: 'download', loaded, total });
    }
    signal?.throwIfAborted();
    return { bytes: chunks, owned: true };
  } catch (err) {
    end();
    signal?.throwIfAborted();
    throw wrap(err, 'fetch', { op, arg: name });
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

const HOPELESS = ['memory', 'closed', 'worker', 'trap', 'policy']; // whatever the bytes are

/**
 * What use makes of the bytes of source. Where it finds fault with what a
 * cache gave, perhaps, it gets what the server has.
 * @template T
 * @param {Parameters<typeof download>[0]} source
 * @param {Parameters<typeof download>[1]} o
 * @param {(got: Awaited<ReturnType<typeof download>>) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function downloaded(source, o, use) {
  const isAddress = typeof source === 'string' || source instanceof URL;
  try {
    return await use(await download(source, o));
  } catch (err) {
    const isStale = err.code === 'fetch' ? /^HTTP/.test(err.got) : err instanceof FoveaError && !HOPELESS.includes(err.code);
    if (!isAddress || !isStale || o.signal?.aborted) throw err;
    return use(await download(source, { ...o, cache: 'reload' }));
  }
}

/** node's fetch does not take file: URLs. Bundlers for pages refuse an import of node's own. */
function readFile(url, signal) {
  return globalThis.process.getBuiltinModule('node:fs/promises').readFile(new URL(url), { signal });
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
