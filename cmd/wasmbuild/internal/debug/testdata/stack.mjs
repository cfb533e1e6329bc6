// Prints the stack of a trap: for each frame of the module the function's
// name as the engine has it, and the place that the module's source map gives
// for the frame's offset.
//
//	node stack.mjs MODULE EXPORT ARGS…
import {readFileSync} from 'node:fs';
import inspector from 'node:inspector';
import {SourceMap} from 'node:module';
import {dirname, join} from 'node:path';

const [file, name, ...args] = process.argv.slice(2);
// What developer tools are told of a module: where its source map is.
const session = new inspector.Session();
session.connect();
const parsed = new Promise((resolve) => {
  session.on('Debugger.scriptParsed', ({params}) => {
    if (params.scriptLanguage === 'WebAssembly') resolve(params);
  });
});
session.post('Debugger.enable');
const module = await WebAssembly.compile(readFileSync(file));
const {sourceMapURL} = await parsed;
const map = new SourceMap(JSON.parse(readFileSync(join(dirname(file), sourceMapURL), 'utf8')));

const {exports} = await WebAssembly.instantiate(module);
try {
  exports[name](...args.map(Number));
} catch (err) {
  if (!(err instanceof WebAssembly.RuntimeError)) throw err;
  for (const [, fn, offset] of err.stack.matchAll(/at (\S+) \(wasm:\S+:0x([0-9a-f]+)\)/g)) {
    const entry = map.findEntry(0, parseInt(offset, 16));
    console.log(`${fn} ${entry.originalSource}:${entry.originalLine + 1} ${entry.name}`);
  }
}
