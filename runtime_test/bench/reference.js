// What the contenders must give: sampled parts of the results, computed in float64 from the definitions.

/**
 * Compares a result with the reference, as the greatest distance relative to the reference's root mean square.
 * @param {{index: number, want: number}[]} samples
 */
export function distance(samples, got) {
  let greatest = 0;
  let squares = 0;
  for (const { index, want } of samples) {
    const d = Math.abs(got[index] - want);
    if (!(d <= greatest)) greatest = d; // NaN, too
    squares += want * want;
  }
  return greatest / Math.sqrt(squares / samples.length);
}

/** n whole numbers below limit, the last among them. */
const some = (n, limit) => [...Array.from({ length: n - 1 }, () => Math.floor(Math.random() * limit)), limit - 1];

/** Samples of a[m,k]·b[k,n]; b may be a function that gives its element of a row and a column. */
export function product(a, b, m, k, n) {
  const at = typeof b === 'function' ? b : (i, j) => b[i * n + j];
  return some(Math.min(m, 8), m).flatMap((i) => some(64, n).map((j) => {
    let want = 0;
    for (let x = 0; x < k; x++) want += a[i * k + x] * at(x, j);
    return { index: i * n + j, want };
  }));
}

/** The weights of one query, as a row. */
function weights({ q, k, tokens, keys = tokens, dim, causal }, head, kvHead, query) {
  const seen = causal ? query + 1 : keys;
  const row = Float64Array.from({ length: seen }, (_, j) => {
    let sum = 0;
    for (let x = 0; x < dim; x++) sum += q[(head * tokens + query) * dim + x] * k[(kvHead * keys + j) * dim + x];
    return sum / Math.sqrt(dim);
  });
  const top = row.reduce((a, b) => Math.max(a, b));
  let total = 0;
  row.forEach((x, j) => { total += row[j] = Math.exp(x - top); });
  return row.map((x) => x / total);
}

/** Samples of attention's result [heads, tokens, dim]. */
export function attention(c) {
  const { v, tokens, keys = tokens, heads, kvHeads, dim } = c;
  return some(16, heads * tokens).flatMap((row) => {
    const head = Math.floor(row / tokens);
    const kvHead = Math.floor(head * kvHeads / heads);
    const w = weights(c, head, kvHead, row % tokens);
    return Array.from({ length: dim }, (_, x) => {
      let want = 0;
      w.forEach((weight, j) => { want += weight * v[(kvHead * keys + j) * dim + x]; });
      return { index: row * dim + x, want };
    });
  });
}

/** The gradients by q, k and v of one head, whole: of their elements from `first` on. */
export function attentionGradient(c, head, dout) {
  const { q, k, v, tokens, dim } = c;
  const first = head * tokens * dim;
  const [dq, dk, dv] = Array.from({ length: 3 }, () => new Float64Array(tokens * dim));
  for (let i = 0; i < tokens; i++) {
    const w = weights(c, head, head, i);
    const dw = w.map((_, j) => {
      let sum = 0;
      for (let x = 0; x < dim; x++) sum += dout[first + i * dim + x] * v[first + j * dim + x];
      return sum;
    });
    let mean = 0;
    w.forEach((weight, j) => { mean += weight * dw[j]; });
    w.forEach((weight, j) => {
      const ds = weight * (dw[j] - mean) / Math.sqrt(dim);
      for (let x = 0; x < dim; x++) {
        dq[i * dim + x] += ds * k[first + j * dim + x];
        dk[j * dim + x] += ds * q[first + i * dim + x];
        dv[j * dim + x] += weight * dout[first + i * dim + x];
      }
    });
  }
  const samples = (grad) => Array.from(grad, (want, i) => ({ index: first + i, want }));
  return { dq: samples(dq), dk: samples(dk), dv: samples(dv) };
}
