// The case runner in a page: the test calls answer(case) and awaits a line of JSON.
import { makeRunner } from './runner.js';

const variant = new URL(location.href).searchParams.get('variant');
const read = async (path) => (await fetch(`/${path}`)).arrayBuffer();
globalThis.answer = makeRunner({ variant, read, about: navigator.userAgent });
