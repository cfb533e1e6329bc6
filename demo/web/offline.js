// Keeping the page for use without the network: sw.js does it, this tells how
// far it is.

const LACKING = 'This page works as long as its server does.';

/**
 * Starts keeping the page.
 * @param {object} o
 * @param {() => void} o.onKept the page works without the network now
 * @param {(why: string) => void} o.onRefused it does not, and will not
 * @param {(reload: () => void) => void} o.onRenewed another build is ready; reload shows it
 */
export async function keepOffline({ onKept, onRefused, onRenewed }) {
  const { serviceWorker } = navigator;
  if (!isSecureContext) return onRefused(`${LACKING} To work without it, it must come over https or from this machine itself.`);
  if (!serviceWorker) return onRefused(`${LACKING} This browser, or this private window, keeps no pages for use without it.`);
  const refuse = (detail) => onRefused(`${LACKING} The browser could not keep it for use without it: no room, or a private window (${detail.replace(/\.$/, '')}).`);
  let registration;
  // Comes from a worker that cannot install. Where there is an older one, that goes on.
  serviceWorker.addEventListener('message', ({ data }) => data?.refused && !registration?.active && refuse(data.refused));
  if (serviceWorker.controller) { // another page has let the new build take over
    serviceWorker.addEventListener('controllerchange', () => onRenewed(() => location.reload()));
  }
  try {
    registration = await serviceWorker.register('/sw.js');
  } catch (err) {
    return refuse(err.message);
  }
  if (registration.active) onKept();
  offer(registration.waiting);
  watch(registration.installing);
  registration.addEventListener('updatefound', () => watch(registration.installing));

  /** Follows a worker until it has installed. */
  function watch(worker) {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'activated') onKept();
      if (worker.state === 'installed' && registration.active) offer(worker);
    });
  }

  /** Offers a worker that waits until no page shows the old build. */
  function offer(worker) {
    if (!worker) return;
    onRenewed(() => {
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      worker.postMessage('take over');
    });
  }
}
