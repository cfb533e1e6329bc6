// What a page does with Fovea, wherever it has it from: the tests put the import before this.

fetch('/ran'); // the page does, once: a worker that runs this is somebody's app started twice
document.title = 'A page that is built';

globalThis.answer = (async () => {
  const rt = await open();
  const focus = new Focus(await rt.load('/fovea/model.safetensors'));
  const doc = await focus.open(document.querySelector('article').textContent);
  const { ranked, kept } = await doc.focus({ text: 'why do soap bubbles have so many colours', budget: 0.2 });
  rt.close();
  return ranked.slice(0, kept).map(({ sentence }) => doc.sentence(sentence)).join(' | ');
})().catch((err) => `${err.code}: ${err.message}`);
