// Records what the published Universal Sentence Encoder lite, run by tfjs, makes
// of testdata/sentences.json. The values are tfjs's alone: nothing of Fovea runs
// here.
//
//	node runtime_test/peers/embed.mjs
//
// writes
//	testdata/use-embeddings.json  token ids, where the values stand, versions
//	testdata/use-embeddings.bin   float32 little endian: one embedding of 512 a
//	                              sentence, then the attention weights of both
//	                              layers ([heads, tokens, tokens]) of some
//
// How it is run stands in encoder.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokenizer, values, versions } from './encoder.mjs';

const testdata = join(dirname(fileURLToPath(import.meta.url)), '../testdata');

// The sentences whose attention weights are kept, by their text's beginning.
const attended = ['light', 'What is light?', 'I love this!', 'The bank raised', 'By the rays'];

const stack = 'module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack';
const weightsNode = (layer) =>
  `${stack}/Layer_${layer}/TransformerLayer/MultiheadAttention/DotProductAttention/BaseDotProductAttention/attention_weights`;

const sentences = JSON.parse(readFileSync(join(testdata, 'sentences.json'), 'utf8'));

const floats = [];
const record = {
  versions,
  ids: sentences.map((s) => tokenizer.encode(s)),
  attention: [],
};
for (const [i, ids] of record.ids.entries()) {
  const [embedding] = await values(ids);
  floats.push(...embedding.data);
  process.stderr.write(`\r${i + 1} of ${sentences.length}`);
}
for (const prefix of attended) {
  const sentence = sentences.findIndex((s) => s.startsWith(prefix));
  const layers = await values(record.ids[sentence], [weightsNode(0), weightsNode(1)]);
  const offsets = layers.map(({ data }) => {
    const at = floats.length;
    floats.push(...data);
    return at;
  });
  record.attention.push({ sentence, shape: layers[0].shape, offsets });
}
process.stderr.write('\n');
writeFileSync(join(testdata, 'use-embeddings.bin'), new Uint8Array(new Float32Array(floats).buffer));
const lines = Object.entries(record).map(([key, value]) =>
  JSON.stringify(key) + ': ' + (Array.isArray(value)
    ? '[\n' + value.map((v) => JSON.stringify(v)).join(',\n') + '\n]'
    : JSON.stringify(value)));
writeFileSync(join(testdata, 'use-embeddings.json'), '{\n' + lines.join(',\n') + '\n}\n');
