// Numbers and the layouts in which the contenders of the table want them. Operands with heads are made with the heads first,
// [heads, tokens, dim].

/** n numbers, evenly spread over ±most. */
export const random = (n, most = 0.5) => Float32Array.from({ length: n }, () => (2 * Math.random() - 1) * most);

/** [rows, cols] as [cols, rows]. */
export function transposed(x, rows, cols) {
  const out = new Float32Array(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = x[i * cols + j];
  return out;
}

/** [heads, tokens, dim] as [tokens, heads, dim]. */
export const tokensFirst = (x, heads, tokens, dim) => swapped(x, heads, tokens, dim);

/** [tokens, heads, dim] as [heads, tokens, dim]. */
export const headsFirst = (x, heads, tokens, dim) => swapped(x, tokens, heads, dim);

function swapped(x, a, b, n) {
  const out = new Float32Array(x.length);
  for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) out.set(x.subarray((i * b + j) * n, (i * b + j + 1) * n), (j * a + i) * n);
  return out;
}

/** [heads, rows, cols] as [heads, cols, rows]. */
export function transposedHeads(x, heads, rows, cols) {
  const out = new Float32Array(x.length);
  const size = rows * cols;
  for (let h = 0; h < heads; h++) out.set(transposed(x.subarray(h * size, (h + 1) * size), rows, cols), h * size);
  return out;
}

/** The number that the 16 bits of a float16 stand for, which is normal. */
export const half = (bits) => (bits >> 15 ? -1 : 1) * 2 ** ((bits >> 10 & 31) - 15) * (1 + (bits & 1023) / 1024);
