import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './fovea.js';
import { Instance } from './instance.js';
import { build } from './ops_gen.js';

// (module
//   (memory (export "memory") 1)
//   (func (export "boom") unreachable)
//   (func (export "fine") (result i32) i32.const 7))
const trapping = Uint8Array.from(Buffer.from(
  '0061736d010000000108026000006000017f03030200010503010001071803066d656d6f7279020004626f6f6d00000466696e6500010a0a020300000b040041070b',
  'hex'));

test('after a trap nothing is called again', async () => {
  const instance = Instance.create(await WebAssembly.compile(trapping));
  assert.equal(instance.call('test', 'fine'), 7);
  assert.throws(() => instance.call('test', 'boom'), { code: 'trap', op: 'test', got: 'unreachable' });
  assert.throws(() => instance.call('test', 'fine'), { code: 'trap', got: 'unreachable' });
});

test('operations get a new instance after a trap', async (t) => {
  const made = t.mock.method(WebAssembly, 'Instance');
  t.mock.method(Instance, 'buildOf', () => build);
  const rt = await open({ module: await WebAssembly.compile(trapping) }); // which lacks every export
  for (let i = 0; i < 2; i++) {
    await assert.rejects(rt.op('softmax', {}, { x: { data: Float32Array.of(1) } }), { code: 'trap', op: 'softmax' });
  }
  assert.equal(made.mock.callCount(), 2);
});
