/** What a device cannot do: the module does it instead. */
export class Unable extends Error {}
