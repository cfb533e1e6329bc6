// The page: loads the model, encodes the text, and follows the query.

import { open } from '/js/fovea.js';
import { Focus } from '/js/focus.js';
import { LensDialog } from './lens-dialog.js';
import { keepOffline } from './offline.js';
import { ownText } from './own.js';
import { RankedList } from './ranked.js';
import { Reader } from './reader.js';
import { themeButton } from './theme.js';

const MODEL = '/model.safetensors';
const DEBOUNCE = 120; // ms after the last key

const $ = (id) => document.getElementById(id);
const article = $('article');
const original = [...article.childNodes];
const facts = new Map();

let focus; // the model's Focus
let doc; // the text shown, encoded
let opening = new AbortController();
let asking = new AbortController();
let timer;
let best = -1; // the sentence found first
let chosen = -1; // the sentence that the person has chosen

const lens = new LensDialog($('lens'));
const reader = new Reader(article, { onPin: pinned, onError: problem });
const list = new RankedList($('ranked'), $('more'), {
  onPick: (s) => reader.pin(s, { scroll: true }),
  onHover: (s) => reader.hover(s),
});

themeButton($('theme'));
new IntersectionObserver(([controls]) => { $('up').hidden = controls.isIntersecting; }).observe($('controls'));
restoreControls();
$('query').addEventListener('input', () => ask(DEBOUNCE));
$('budget').addEventListener('input', () => ask(0));
$('dim').addEventListener('change', () => article.classList.toggle('dim', $('dim').checked));
$('controls').addEventListener('submit', (e) => {
  e.preventDefault();
  ask(0);
});
document.querySelector('.examples').addEventListener('click', (e) => {
  if (e.target.tagName !== 'BUTTON') return;
  $('query').value = e.target.textContent;
  ask(0);
});
$('attention').addEventListener('click', () => lens.show(doc.sentence(chosen < 0 ? best : chosen), focus.model));
$('stop').addEventListener('click', () => opening.abort());
ownText($('own'), $('own-dialog'), (paragraphs) => {
  article.replaceChildren(...paragraphs);
  article.classList.add('own');
  article.removeAttribute('lang');
  $('back').hidden = false;
  openText();
});
$('back').addEventListener('click', () => {
  article.replaceChildren(...original);
  article.classList.remove('own');
  article.lang = 'en';
  $('back').hidden = true;
  $('own').focus();
  openText();
});
start();

function pinned(sentence) {
  chosen = sentence;
  list.current(sentence);
}

/** Loads the model, then opens the text. */
async function start() {
  clearProblem();
  state('loading');
  const since = performance.now();
  try {
    const rt = await open();
    const model = await rt.load(MODEL, { onProgress: showLoading });
    focus = new Focus(model);
    fact('Model', `${model.card.name}`);
    fact('Computing', await computing(rt));
    fact('Loading', elapsed(since));
  } catch (err) {
    status('The model is not there.');
    endProgress();
    problem(err, { retry: start });
    return;
  }
  await openText();
  keepOffline({ onKept: kept, onRefused: notKept, onRenewed: renewed }); // now that the network is free
}

/** What computes, in words. */
async function computing(rt) {
  const { variant, threads, backend, adapter } = await rt.stats();
  if (backend === 'webgpu') return `WebGPU (${adapter?.vendor || 'unknown'})`;
  return `${variant === 'relaxed' ? 'relaxed SIMD' : 'SIMD'}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}

function kept() {
  $('kept').hidden = false;
  document.documentElement.dataset.offline = 'kept';
  fact('Without network', 'works');
}

function notKept(why) {
  document.documentElement.dataset.offline = 'refused';
  fact('Without network', 'does not work');
  notice(why);
}

function renewed(reload) {
  document.documentElement.dataset.offline = 'renewed';
  notice('A new version of this page is ready.', reload);
}

/** Says something that is no error, with a button if there is something to do. */
function notice(text, action) {
  const box = $('notice');
  const button = box.querySelector('button');
  box.querySelector('p').textContent = text;
  button.hidden = !action;
  button.onclick = action;
  box.hidden = false;
}

/** Splits and encodes the text in the page. */
async function openText() {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  doc = null;
  best = chosen = -1;
  $('attention').hidden = true;
  list.clear();
  clearProblem();
  state('loading');
  if (!focus) return; // start opens it
  const text = reader.read();
  const since = performance.now();
  status('Finding the sentences …');
  $('stop').hidden = false;
  try {
    const opened = await focus.open(text, { signal, onProgress: showEncoding });
    doc = opened;
  } catch (err) {
    if (signal.aborted && opening.signal !== signal) return; // another text came
    if (signal.aborted) state('ready', performance.now() - since);
    status(signal.aborted ? 'Stopped. Use another text, or go back.' : 'This text cannot be read.');
    if (!signal.aborted) problem(err);
    return;
  } finally {
    if (opening.signal === signal) endProgress();
  }
  fact('Encoding', elapsed(since));
  fact('Sentences', count(doc.sentences.length));
  fact('Tokens', count(doc.tokens));
  reader.open(doc);
  ask(0);
}

/** Asks the query after a delay, unless it is asked again before. */
function ask(delay) {
  $('budget-value').textContent = `${$('budget').value} %`;
  clearTimeout(timer);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  if (doc) state('working');
  timer = setTimeout(() => doc && answer(signal), delay);
}

async function answer(signal) {
  const of = doc;
  const text = $('query').value;
  const since = performance.now();
  let result;
  try {
    result = await of.focus({ text, budget: $('budget').value / 100 }, { signal });
  } catch (err) {
    if (!signal.aborted) problem(err);
    return;
  }
  if (signal.aborted || of !== doc) return;
  const kept = result.ranked.slice(0, result.kept);
  reader.mark(kept);
  list.show(doc, kept);
  best = kept[0]?.sentence ?? -1;
  $('attention').hidden = best < 0;
  fact('Focusing', elapsed(since));
  clearProblem();
  state('ready', performance.now() - since);
  const about = text.trim() ? 'closest to your words' : 'nearest to what the whole is about';
  status(`${kept.length} of ${doc.sentences.length} sentences, ${about}.`);
  keepControls();
}

function showLoading({ phase, loaded, total }) {
  progress(loaded, total);
  if (phase === 'load') status('Preparing the model …');
  else status(`Fetching the model from this machine: ${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
}

function showEncoding({ done, total }) {
  progress(done, total);
  status(`Reading: ${count(done)} of ${count(total)} tokens`);
}

function progress(value, max) {
  const bar = $('progress');
  bar.classList.remove('done');
  bar.max = max || 1;
  bar.value = value;
}

function endProgress() {
  $('progress').classList.add('done');
  $('stop').hidden = true;
}

/** Shows an error with what to do about it. */
function problem(err, { retry } = {}) {
  state('error');
  const box = $('problem');
  const said = document.createElement('p');
  said.textContent = explain(err);
  const detail = document.createElement('p');
  detail.textContent = err.message;
  box.replaceChildren(said, detail);
  if (retry) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Try again';
    button.addEventListener('click', retry);
    box.append(button);
  }
  box.hidden = false;
}

function clearProblem() {
  $('problem').hidden = true;
}

/** What a person can do about an error. */
function explain({ code }) {
  switch (code) {
    case 'unsupported': return 'This browser lacks WebAssembly SIMD. A current Firefox, Chrome, Edge or Safari has it.';
    case 'fetch': return 'The model could not be fetched. Is the program that serves this page still running?';
    case 'empty': return 'There is no sentence in this text. Paste some prose.';
    case 'too-long': return 'This text is too long. Paste a part of it.';
    default: return 'Something went wrong. Reload the page to start afresh.';
  }
}

/** Tells style sheets and tests what the page is doing. */
function state(name, ms) {
  const { dataset } = document.documentElement;
  if (name === 'ready') {
    dataset.run = Number(dataset.run ?? 0) + 1;
    dataset.ms = Math.round(ms);
  }
  dataset.state = name;
}

function status(text) {
  if ($('status').textContent !== text) $('status').textContent = text;
}

function fact(name, value) {
  facts.set(name, value);
  const rows = [...facts].flatMap(([k, v]) => {
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = k;
    dd.textContent = v;
    return [dt, dd];
  });
  $('facts').replaceChildren(...rows);
  if (facts.has('Focusing')) $('timing').textContent = `reading ${facts.get('Encoding')}, focusing ${facts.get('Focusing')}`;
}

const count = (n) => n.toLocaleString('en');

/** The time since a moment, as long as it matters. */
function elapsed(since) {
  const ms = performance.now() - since;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** The query and budget stand in the address, so that a reload keeps them. */
function keepControls() {
  const state = new URLSearchParams({ q: $('query').value, b: $('budget').value });
  history.replaceState(null, '', `#${state}`);
}

function restoreControls() {
  const state = new URLSearchParams(location.hash.slice(1));
  if (state.has('q')) $('query').value = state.get('q');
  if (state.has('b')) $('budget').value = state.get('b');
  $('budget-value').textContent = `${$('budget').value} %`;
}
