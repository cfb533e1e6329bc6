// The Worker with one more path, which tells how many runs of the model there have been.
import { Core } from './js/core.js';
import worker from './worker.js';

let runs = 0;
const { run } = Core.prototype;
Core.prototype.run = function (...args) {
  runs++;
  return run.apply(this, args);
};

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/runs') return worker.fetch(request, env, ctx);
    return Response.json(runs);
  },
};
