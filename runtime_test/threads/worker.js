// A worker of a crew, in a page or in node: it makes its instance over the shared memory and calls exports. A trap takes the crew
// apart before anything else.
const page = typeof self === 'object';
const port = page ? self : (await import('node:worker_threads')).parentPort;
let exports;

const perform = {
  async start({ module, memory, lock }) {
    if (lock) await hold(lock);
    ({ exports } = await WebAssembly.instantiate(module, { env: { memory } }));
  },
  /** Calls an export, or calls it as often as that while it returns 0. */
  call({ name, args, times = 1 }) {
    let result = 0;
    const begun = performance.now();
    for (let i = 0; i < times && !result; i++) result = exports[name](...args);
    return { result: result >>> 0, ms: performance.now() - begun };
  },
};

/** Takes a lock that the browser gives back when this worker is no more. */
const hold = (lock) => new Promise((held) => {
  navigator.locks.request(lock, () => {
    held();
    return new Promise(() => {});
  });
});

async function receive({ id, ...request }) {
  try {
    port.postMessage({ id, ...await perform[request.do](request) });
  } catch (err) {
    exports?.abort?.();
    port.postMessage({ id, trap: String(err) });
  }
}

if (page) self.onmessage = ({ data }) => receive(data);
else port.on('message', receive);
