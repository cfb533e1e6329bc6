// The case runner in a page: the test calls answer(case) and awaits a line of JSON.
import { makeRunner } from './runner.js';

const options = JSON.parse(new URL(location.href).searchParams.get('options'));
const read = async (path) => (await fetch(`/${path}`)).arrayBuffer();
globalThis.answer = makeRunner({ options, read, about: navigator.userAgent });
