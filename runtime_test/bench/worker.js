// The Worker with one more path, which runs only the kernels that an embed runs, often, for the benchmark.
import worker from './worker.js';
import { Core } from './js/core.js';
import { hasRelaxedMadd } from './js/probe.js';

let core;
let model;

async function open(env) {
  const variant = hasRelaxedMadd() ? 'relaxed' : 'simd';
  const { default: module } = variant === 'relaxed' ? await import('./wasm/infer-relaxed.wasm') : await import('./wasm/infer-simd.wasm');
  core = new Core();
  core.openSync({ module, variant });
  model = core.loadSync(await (await env.ASSETS.fetch('http://assets/model.safetensors')).arrayBuffer());
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname !== '/kernels') return worker.fetch(request, env, ctx);
    if (!core) await open(env);
    const { texts: [text] } = await request.json();
    let tokens;
    for (let runs = Number(url.searchParams.get('runs')); runs > 0; runs--) {
      tokens = core.tokenize(model.id, text, true);
      const ids = { shape: [1, tokens.length], data: Int32Array.from(tokens, (t) => t.id) };
      core.run(model.id, 'encode', {}, { ids, lengths: { shape: [1], data: Int32Array.of(tokens.length) } });
    }
    return Response.json({ embeddings: [{ tokens: tokens.length }] });
  },
};
