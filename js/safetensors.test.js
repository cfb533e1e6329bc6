import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkDigest, readSafetensors } from './safetensors.js';

/** A file of a header, an object or text, and n bytes of data. */
function file(header, n) {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + n);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensor = (dtype, shape, ...offsets) => ({ dtype, shape, data_offsets: offsets });

test('tensors come in the order of their bytes', () => {
  const bytes = file({ b: tensor('F32', [1, 2], 3, 11), __metadata__: { k: 'v' }, a: tensor('U8', [3], 0, 3), none: tensor('F16', [0], 3, 3) }, 11);
  bytes[bytes.length - 1] = 9;
  const { metadata, entries } = readSafetensors(bytes);
  assert.deepEqual({ ...metadata }, { k: 'v' });
  assert.deepEqual(entries.map((e) => [e.name, e.dtype, e.shape, e.bytes.length]),
    [['a', 'U8', [3], 3], ['none', 'F16', [0], 0], ['b', 'F32', [1, 2], 8]]);
  assert.equal(entries[2].bytes[7], 9);
});

test('names may hold what looks like JSON', () => {
  const header = { 'a": "b': tensor('U8', [1], 0, 1), '\\\\': tensor('U8', [1], 1, 2), __metadata__: { '{"x":': '"y":', z: '\\' } };
  assert.deepEqual(readSafetensors(file(header, 2)).entries.map((e) => e.name), Object.keys(header).slice(0, 2));
});

test('every byte belongs to one tensor', () => {
  const good = { a: tensor('U8', [3], 0, 3), b: tensor('U8', [2], 3, 5) };
  readSafetensors(file(good, 5));
  for (const [name, header, n] of [
    ['bytes after the last', good, 6],
    ['bytes missing', good, 4],
    ['hole', { ...good, b: tensor('U8', [2], 4, 6) }, 6],
    ['overlap', { ...good, b: tensor('U8', [2], 2, 4) }, 4],
    ['backwards', { ...good, b: tensor('U8', [2], 5, 3) }, 5],
    ['longer than its shape', { ...good, b: tensor('U8', [2], 3, 6) }, 6],
    ['unknown dtype', { ...good, b: tensor('U9', [2], 3, 5) }, 5],
    ['dtype of the prototype', { ...good, b: tensor('toString', [2], 3, 5) }, 5],
    ['negative shape', { ...good, b: tensor('U8', [-1, -2], 3, 5) }, 5],
    ['fraction', { ...good, b: tensor('F32', [0.5], 3, 5) }, 5],
    ['huge shape', { ...good, b: tensor('U8', [2 ** 53, 2 ** 53], 3, 5) }, 5],
    ['no shape', { ...good, b: { dtype: 'U8', data_offsets: [3, 5] } }, 5],
    ['three offsets', { ...good, b: tensor('U8', [2], 3, 5, 5) }, 5],
    ['no tensor', { ...good, b: null }, 5],
    ['another field', { ...good, b: { ...tensor('U8', [2], 3, 5), more: 1 } }, 5],
    ['a name twice', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1],
    ['a field twice', '{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1],"dtype" :"U8"}}', 1],
    ['metadata twice', '{"__metadata__":{"k":"\\":","k":"v"}}', 0],
    ['metadata of null', { ...good, __metadata__: null }, 5],
    ['metadata of a list', { ...good, __metadata__: [] }, 5],
    ['metadata that are no strings', { ...good, __metadata__: { k: 1 } }, 5],
    ['white space in front', ' {}', 0], ['a byte order mark', '\ufeff{}', 0],
    ['a list', '[1]', 0], ['null', 'null', 0], ['no JSON', '{"a":', 0], ['no UTF-8', '{}', 0],
  ]) {
    const bytes = file(header, n);
    if (name === 'no UTF-8') bytes[8] = 0xff;
    assert.throws(() => readSafetensors(bytes), { code: 'file', op: 'load' }, name);
  }
  const long = file('{}', 0);
  new DataView(long.buffer).setBigUint64(0, 2n ** 63n, true);
  assert.throws(() => readSafetensors(long), { code: 'file' });
});

test('the digest is over the file with its own digits as 0', async () => {
  const zero = '0'.repeat(64);
  const unsigned = file({ __metadata__: { sha256: zero }, a: tensor('U8', [1], 0, 1) }, 1);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', unsigned)).toString('hex');
  const signed = (header) => file(header, 1);
  const header = { __metadata__: { sha256: digest }, a: tensor('U8', [1], 0, 1) };
  await checkDigest(signed(header), header.__metadata__);
  const flipped = signed(header);
  flipped[flipped.length - 1] ^= 1;
  await assert.rejects(checkDigest(flipped, header.__metadata__), { code: 'file', want: digest });
  const twice = { ...header, __metadata__: { sha256: digest, other: digest } };
  await assert.rejects(checkDigest(signed(twice), twice.__metadata__), { code: 'file', arg: 'sha256' });
  await assert.rejects(checkDigest(signed({}), {}), { code: 'file', arg: 'sha256' });
});
