// Web workers in node, for tests: a Worker class over node's worker_threads
// with as much of the page's interface as the bridge uses.

import { Worker as Thread } from 'node:worker_threads';

const boot = `
  const { parentPort, workerData } = require('node:worker_threads');
  globalThis.name = workerData.name;
  globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
  globalThis.onmessage = null;
  const loaded = import(workerData.url);
  parentPort.on('message', async (data) => { await loaded; globalThis.onmessage({ data }); });
`;

/** Every worker made, so that a test can kill one. */
export const workers = [];

class EmulatedWorker {
  constructor(url, { name }) {
    this.name = name;
    this.thread = new Thread(boot, { eval: true, workerData: { url: url.href, name } });
    this.thread.on('message', (data) => this.onmessage({ data }));
    this.thread.on('error', (err) => this.onerror({ message: err.message }));
    this.thread.on('exit', () => this.onerror?.({ message: 'it was ended' }));
    workers.push(this);
  }

  postMessage(message, transfer) {
    this.thread.postMessage(message, transfer);
  }

  terminate() {
    this.thread.terminate();
  }
}

export function emulateWorkers() {
  globalThis.Worker = EmulatedWorker;
}
