// What a page's Content-Security-Policy forbids, found in errors that do not
// say so.

import { FoveaError } from './error.js';

let breach = ''; // the directive of the last breach

globalThis.addEventListener?.('securitypolicyviolation', (event) => { breach = event.effectiveDirective; });

/**
 * The error of what a policy has forbidden, with what to add to that; err
 * itself if that has another cause.
 * @param {Error} err
 * @returns {Promise<Error>}
 */
export async function explained(err) {
  if (!globalThis.SecurityPolicyViolationEvent) return err; // there are no policies here
  await new Promise((done) => setTimeout(done)); // a breach is told after what it breaks
  const directive = breach;
  breach = '';
  const forbidden = (got, want) => new FoveaError('policy', { op: err.op, got, want, cause: err });
  if (err.code === 'worker' && /^(worker|child|script|default)-src/.test(directive)) return forbidden('the worker', "worker-src 'self'");
  if (/unsafe-eval|CSP/.test(err.message)) { // engines differ in when and how they say it
    return forbidden('WebAssembly', "'wasm-unsafe-eval' to script-src, in the policies of the page and of the script");
  }
  if (err.code === 'fetch' && /^(connect|default)-src/.test(directive)) return forbidden(`fetching ${err.arg}`, "connect-src 'self'");
  return err;
}
