// Reading a safetensors file (https://huggingface.co/docs/safetensors): eight
// bytes of header length, a JSON header, then the tensors back to back.

import { impostor } from './download.js';
import { FoveaError } from './error.js';

const SIZES = { U8: 1, I8: 1, BOOL: 1, F16: 2, BF16: 2, I16: 2, U16: 2, F32: 4, I32: 4, U32: 4, F64: 8, I64: 8, U64: 8 };
const MAX_HEADER = 100_000_000;

/**
 * @typedef {{name: string, dtype: string, shape: number[], bytes: Uint8Array}} Entry
 *   bytes is a view of the file
 */

/**
 * Reads a whole file and checks every offset: the tensors, in the file's
 * order, fill it without holes or overlaps.
 * @param {Uint8Array} file
 * @returns {{metadata: Object<string, string>, entries: Entry[]}}
 */
export function readSafetensors(file) {
  const start = dataStart(file);
  const { __metadata__: metadata = {}, ...tensors } = parseHeader(headerOf(file, start));
  if (!isObject(metadata) || Object.values(metadata).some((v) => typeof v !== 'string')) throw damaged('__metadata__', 'values that are no strings');
  const entries = Object.entries(tensors).map(([name, t]) => ({ name, ...checkEntry(name, t) }));
  // An empty tensor stands before the one that begins where it does.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const t of entries) {
    if (t.begin !== next) throw damaged(t.name, `begins at ${t.begin}`, `${next}`);
    next = t.end;
  }
  if (start + next !== file.length) throw damaged('', `${file.length} bytes`, `${start + next}`);
  return {
    metadata,
    entries: entries.map(({ name, dtype, shape, begin, end }) =>
      ({ name, dtype, shape, bytes: file.subarray(start + begin, start + end) })),
  };
}

/**
 * Compares the file with the SHA-256 in its metadata, computed with the
 * digest's own 64 digits as '0'. A page without a secure context has no
 * crypto.subtle; there nothing is checked.
 * @param {Uint8Array} file
 * @param {Object<string, string>} metadata
 */
export async function checkDigest(file, { sha256: want }) {
  if (!globalThis.crypto?.subtle) return;
  if (!/^[0-9a-f]{64}$/.test(want)) throw damaged('sha256', `${want}`, '64 hexadecimal digits');
  const copy = file.slice();
  const start = dataStart(file);
  // Latin-1 keeps a character a byte, so that the index is a byte offset.
  const header = new TextDecoder('latin1').decode(headerOf(file, start));
  const at = header.indexOf(`"${want}"`);
  if (at < 0 || at !== header.lastIndexOf(`"${want}"`)) throw damaged('sha256', 'its digits more than once or not at all', 'once');
  copy.fill(0x30, 9 + at, 9 + at + 64);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', copy));
  const got = Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
  if (got !== want) throw damaged('sha256', got, want);
}

function dataStart(file) {
  const what = impostor(file);
  if (what) throw damaged('', `it is ${what}`, 'safetensors');
  if (file.length < 8) throw damaged('', `${file.length} bytes`, 'at least 8');
  const n = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (n > MAX_HEADER || n > file.length - 8) throw damaged('', `a header of ${n} bytes in a file of ${file.length} (is this a safetensors file?)`);
  return 8 + n;
}

const headerOf = (file, start) => file.subarray(8, start);

function parseHeader(bytes) {
  let text, header;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text, (_, v) => isObject(v) ? Object.setPrototypeOf(v, null) : v); // a field is the file's own
  } catch (err) {
    throw damaged('', `a header that is no JSON: ${err.message}`);
  }
  // White space or a byte order mark in front is refused, as Go's reader does.
  if (bytes[0] !== 0x7b || !isObject(header)) throw damaged('', 'a header that is no object');
  // JSON.parse keeps the last of two fields of a name: then there are fewer.
  const kept = [header, ...Object.values(header)].reduce((n, o) => n + (isObject(o) ? Object.keys(o).length : 0), 0);
  let written = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon) written++;
  if (written !== kept) throw damaged('', 'a header in which a name stands twice');
  return header;
}

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

function checkEntry(name, t) {
  const { dtype, shape, data_offsets: offsets } = t ?? {};
  const count = (v) => Number.isSafeInteger(v) && v >= 0;
  if (Object.keys(t ?? {}).length !== 3) throw damaged(name, 'other fields than dtype, shape and data_offsets');
  if (!Object.hasOwn(SIZES, dtype)) throw damaged(name, `dtype ${dtype}`);
  if (!Array.isArray(shape) || !shape.every(count)) throw damaged(name, `shape ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(count)) throw damaged(name, `offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets;
  const want = shape.reduce((n, d) => n * d, SIZES[dtype]);
  if (end - begin !== want) throw damaged(name, `${end - begin} bytes`, `${want}`);
  return { dtype, shape, begin, end };
}

/** An error that says what is wrong with the file, and in which of its tensors. */
export const damaged = (arg, got, want = '') => new FoveaError('file', {
  op: 'load', arg, got, want, message: `fovea: load: the model file is damaged: ${arg && arg + ': '}${got}${want && ', want ' + want}`,
});
