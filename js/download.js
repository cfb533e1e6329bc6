// Fetching a model file or the module.

import { isA, typedArray } from './check.js';
import { FoveaError, print, wrap } from './error.js';
import { within } from './within.js';

/**
 * @typedef {{phase: 'download'|'load', loaded: number, total: number}} Progress
 *   bytes; total is 0 where the server does not say
 */

/** @typedef {string|URL|Response|Blob|ArrayBuffer|Uint8Array} Source */

const SOURCES = 'an address, a Response, a Blob, an ArrayBuffer or a Uint8Array';
const STALL = 20_000; // ms without a byte

/**
 * Returns the bytes of source and whether they may be given away. What comes
 * over the network stays in its chunks: to join them would hold up a page.
 * Bytes are copied before it returns.
 * @param {Source} source
 * @param {{op: string, signal?: AbortSignal, onProgress?: (p: Progress) => void, cache?: RequestCache}} o
 * @returns {Promise<{bytes: ArrayBuffer|Uint8Array|Uint8Array[], owned: boolean}>}
 */
export async function download(source, { op, signal, onProgress, cache }) {
  signal?.throwIfAborted();
  const given = bytesOf(op, source);
  if (given) return { bytes: [given], owned: true };
  const name = nameOf(op, source);
  const ended = new AbortController();
  const end = () => ended.abort();
  signal?.addEventListener('abort', end);
  let loaded = 0;
  const flowing = (promise) => within(STALL, promise, () => new FoveaError('fetch', { op, arg: name, got: `nothing came for ${STALL / 1000} s, after ${loaded} bytes` }));
  try {
    if (isA(source, Blob)) return { bytes: [new Uint8Array(await source.arrayBuffer())], owned: true };
    if (source.bodyUsed || source.body?.locked) throw new FoveaError('fetch', { op, arg: name, got: 'its body has been read already' });
    if (!isA(source, Response) && isPath(name)) return { bytes: await readFile(name, signal), owned: false };
    const response = isA(source, Response) ? source : await flowing(fetch(new URL(source, globalThis.location?.href), { signal: ended.signal, cache }));
    if (!response.ok) throw new FoveaError('fetch', { op, arg: name, got: `HTTP status ${response.status}` });
    // The length of a compressed body is not that of its content.
    const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    const chunks = [];
    if (!response.body) return { bytes: chunks, owned: true };
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
  const isAddress = typeof source === 'string' || isA(source, URL);
  try {
    return await use(await download(source, o));
  } catch (err) {
    if (!isAddress || o.signal?.aborted) throw err; // the reason of an abort can be anything
    const isStale = err.code === 'fetch' ? /^HTTP/.test(err.got) : err instanceof FoveaError && !HOPELESS.includes(err.code);
    if (!isStale) throw err;
    return use(await download(source, { ...o, cache: 'reload' }));
  }
}

/** A copy of bytes, nothing for what is none. */
function bytesOf(op, source) {
  try {
    const { buffer, at, bytes } = typedArray(source) ?? {};
    if (buffer) return new Uint8Array(buffer, at, bytes).slice();
    const isBuffer = isA(source, ArrayBuffer) || ('SharedArrayBuffer' in globalThis && isA(source, SharedArrayBuffer));
    return isBuffer ? new Uint8Array(source).slice() : undefined;
  } catch {
    throw new FoveaError('value', { op, arg: 'source', got: print(source), want: SOURCES });
  }
}

function nameOf(op, source) {
  if (typeof source === 'string' && source !== '') return source;
  if (isA(source, URL)) return source.href;
  if (isA(source, Response)) return source.url || 'the Response';
  if (isA(source, Blob)) return source.name || 'the Blob';
  throw new FoveaError('value', { op, arg: 'source', got: source === '' ? "''" : print(source), want: SOURCES });
}

/** Whether node reads name from the disk: it has no page that a path would be relative to. */
const isPath = (name) => name.startsWith('file:') || (!globalThis.location && globalThis.process?.getBuiltinModule && !/^[a-z][a-z\d+.-]+:/i.test(name));

/** node's fetch does not take file: URLs. Bundlers for pages refuse an import of node's own. */
function readFile(name, signal) {
  return globalThis.process.getBuiltinModule('node:fs/promises').readFile(name.startsWith('file:') ? new URL(name) : name, { signal });
}

/** What a file is that begins with these bytes and is not what was wanted; '' where that cannot be told. */
export function impostor(bytes) {
  const text = new TextDecoder('latin1').decode(bytes.slice(0, 64)).trimStart();
  return text[0] === '<' ? 'HTML' : text.startsWith('\0asm') ? 'WebAssembly' : '';
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
