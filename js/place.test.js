import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assetURL } from './place.js';

test('a file lies beside those that ship, whether it does or not', () => {
  for (const name of ['infer-simd.wasm', 'model.safetensors']) {
    assert.equal(assetURL(name), new URL(`../wasm/${name}`, import.meta.url).href);
  }
});
