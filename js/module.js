// The other bundle's entry, `fovea.module.js` of `wasmbuild js`:
//
//   import { Focus, open } from '/fovea/fovea.module.js';
//
// In the workers that it starts it is their code.

import { isOwnWorker } from './place.module.js';

export { Focus } from './focus.js';
export { FoveaError, open } from './fovea.js';
export { Highlighter } from './highlight.js';
export { PageText } from './page_text.js';

if (isOwnWorker) import('./worker.js');
