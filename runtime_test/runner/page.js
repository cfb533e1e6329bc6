// The case runner in a page: the test calls answer(case) and awaits a line of JSON, or answerAll(cases) and awaits several.
import { makeRunner } from './runner.js';

const options = JSON.parse(new URL(location.href).searchParams.get('options'));
const read = async (path) => (await fetch(`/${path}`)).arrayBuffer();
globalThis.answer = makeRunner({ options, read, about: navigator.userAgent });
globalThis.answerAll = async (cases) => {
  const lines = [];
  for (const c of cases) lines.push(await globalThis.answer(c));
  return lines.join('\n');
};
