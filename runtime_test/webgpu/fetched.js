// Opens the bridge in each of its forms, in the page or in its worker.

const forms = {
  page: () => import('../../js/fovea.js'),
  module: () => import('/bundle/fovea.module.js'),
  script: () => new Promise((resolve, reject) => {
    const tag = document.createElement('script');
    tag.src = '/bundle/fovea.js';
    tag.onload = () => resolve(globalThis.fovea);
    tag.onerror = reject;
    document.head.append(tag);
  }),
};

/** What a runtime says of itself after an operation. */
globalThis.compute = async (form, worker, backend) => {
  const { open } = await forms[form]();
  const warnings = [];
  const rt = await open({ worker, backend, onWarning: (w) => warnings.push(w) });
  const { out } = await rt.op('add', {}, { x: { data: Float32Array.of(1) }, y: { data: Float32Array.of(2) } });
  const stats = await rt.stats();
  rt.close();
  return JSON.stringify({ ...stats, warnings, sum: out.data[0] });
};

/** What a runtime in a service worker says of itself. */
globalThis.computeInServiceWorker = async () => {
  const registration = await navigator.serviceWorker.register('service_worker.js', { type: 'module' });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  worker.postMessage(port2, [port2]);
  return answer;
};
