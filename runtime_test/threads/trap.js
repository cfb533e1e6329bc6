// A worker of the bridge that traps: a hand in every crew, a core in its first run.
import '../../js/worker.js';

const { Instance } = WebAssembly;
let traps = 1;

const trap = () => { throw new WebAssembly.RuntimeError('unreachable'); };

WebAssembly.Instance = function (...args) {
  const { exports } = new Instance(...args);
  return { exports: { ...exports, follow: trap, run: (table) => traps-- > 0 ? trap() : exports.run(table) } };
};
