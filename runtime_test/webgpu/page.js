// The page of the proofs: the test calls prove() or losses() and awaits JSON.
import { losses } from './losses.js';
import { prove } from './faults.js';

globalThis.losses = async () => JSON.stringify(await losses());
globalThis.prove = async () => JSON.stringify(await prove());
