// The service worker: it keeps the whole page, so that it works without the
// network, and hands a new build over at once or not at all.
//
// The server writes above this line what the build is:
//   const build = { version: 'HEX', files: { '/path': 'SHA-256 of the content', … } };

const PREFIX = 'fovea-';
const CACHE = PREFIX + build.version;
const LATER = '/lens/'; // kept when it is first asked for

addEventListener('install', (event) => event.waitUntil(install()));
addEventListener('activate', (event) => event.waitUntil(activate()));
addEventListener('message', ({ data }) => data === 'take over' && skipWaiting());
addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname in build.files) event.respondWith(answer(url.pathname, event.request));
  else if (url.pathname.startsWith(LATER)) event.respondWith(answerLater(event.request));
});

/** Keeps every file of the build, or none. */
async function install() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(Object.entries(build.files).map(([path, digest]) => keep(cache, path, digest)));
  } catch (err) {
    await caches.delete(CACHE);
    for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage({ refused: err.message });
    throw err;
  }
}

/** Keeps a file: from an older build that has the same, or from the server, which may be ahead or behind. */
async function keep(cache, path, digest) {
  const old = await caches.match(path, { ignoreVary: true });
  if (old && await digestOf(old.clone()) === digest) return cache.put(path, old);
  const fresh = await fetch(path, { cache: 'no-cache' });
  if (!fresh.ok) throw new Error(`${path}: HTTP status ${fresh.status}`);
  if (await digestOf(fresh.clone()) !== digest) throw new Error(`${path} is of another build`);
  return cache.put(path, fresh);
}

async function digestOf(response) {
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Drops older builds and answers for the pages that are open. */
async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
  // Not awaited: Firefox tells every worker of a page, and those that wait for
  // a tile to compute do not listen.
  clients.claim();
}

/** A file of the build, whole; the server's only where the browser has dropped it. */
async function answer(path, request) {
  const kept = await (await caches.open(CACHE)).match(path, { ignoreVary: true });
  return kept ?? fetch(request);
}

/** The server's answer, and without the server the one that it gave last. */
async function answerLater(request) {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200) await cache.put(request, fresh.clone()).catch(() => {}); // no room: it works as long as the server does
    return fresh;
  } catch (err) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw err;
  }
}
