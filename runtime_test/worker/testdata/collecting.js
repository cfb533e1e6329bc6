// The Worker with one more path, which collects garbage; workerd runs with --expose-gc.
import worker from './worker.js';

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/collect') return worker.fetch(request, env, ctx);
    gc();
    return new Response('collected');
  },
};
