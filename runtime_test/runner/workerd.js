// The case runner in workerd: a case is the body of a request. Modules are imported; compiling bytes is refused there.
import { makeRunner } from './runner.js';
import module from './infer.wasm';

let answer;

/** Tells why a module is refused, without compiling it. */
const refusal = (bytes) => WebAssembly.validate(bytes) ? undefined : 'WebAssembly.validate refuses it';

export default {
  async fetch(request, env) {
    const read = async (path) => (await env.ROOT.fetch(`http://root/${path}`)).arrayBuffer();
    const compile = async () => (await import('./kernels.wasm')).default; // the engine has it be the case's
    answer ??= makeRunner({ options: { ...JSON.parse(env.OPTIONS), module }, read, compile, refusal, about: navigator.userAgent });
    return new Response(await answer(await request.json()));
  },
};
