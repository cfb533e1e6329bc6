// Builds a page's script as somebody does who has no special settings: node build.mjs webpack|vite ENTRY FOLDER.

import { dirname } from 'node:path';

const tools = {
  webpack: async (entry, path) => {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((resolve, reject) => {
      webpack({ mode: 'production', entry, output: { path, filename: 'app.js' } }, (err, s) => err ? reject(err) : resolve(s));
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
  },
  vite: async (input, outDir) => {
    const { build } = await import('vite');
    const warnings = [];
    const warn = (said) => warnings.push(said);
    await build({
      configFile: false,
      root: dirname(input),
      base: './',
      customLogger: { hasWarned: false, info() {}, warn, warnOnce: warn, error: warn, clearScreen() {}, hasErrorLogged: () => false },
      build: { outDir, emptyOutDir: true, rolldownOptions: { input, output: { entryFileNames: 'app.js' } } },
    });
    if (warnings.length > 0) throw new Error(warnings.join('\n'));
  },
};

const [tool, entry, folder] = process.argv.slice(2);
await tools[tool](entry, folder);
