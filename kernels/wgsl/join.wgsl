// Past and new keys or values, or pages of them, as one out[batch, heads, all,
// dim] of rows that follow each other, of float16 (`half_out`) or f32 where
// they are float16 (`half_in`). And, as one row of dim words, a copy to word
// `to` of out. A word a thread.
//#include grid.wgsl
//#include side.wgsl

struct Params {
  now: Side, before: Side,
  n: u32, to: u32, heads: u32, all: u32, past: u32, dim: u32,
  page_size: u32, pages_row: u32, half_in: u32, half_out: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> before: array<u32>;
@group(0) @binding(2) var<storage, read> now: array<u32>;
@group(0) @binding(3) var<storage, read> pages: array<u32>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>;

// The bits of element i of all.
fn element(i: u32) -> u32 {
  if (i >= p.n) { return 0; }
  let column = i % p.dim * select(4u, 2u, p.half_in != 0);
  let head = i / p.dim / p.all % p.heads;
  var b = i / p.dim / p.all / p.heads;
  var token = i / p.dim % p.all;
  var word = 0u;
  var at = 0u;
  if (token < p.past) {
    at = place(p.before, b, head, token) + column;
    word = before[at / 4];
  } else {
    token -= p.past;
    if (p.page_size != 0) { // a page is what a batch row is elsewhere
      b = pages[b * p.pages_row + token / p.page_size];
      token %= p.page_size;
    }
    at = place(p.now, b, head, token) + column;
    word = now[at / 4];
  }
  return select(word, extractBits(word, at % 4 * 8, 16u), p.half_in != 0);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = group_index(id, groups) * 256 + thread;
  if (p.half_out != 0) {
    if (i < (p.n + 1) / 2) { out[i] = element(2 * i) | (element(2 * i + 1) << 16); }
    return;
  }
  if (i >= p.n) { return; }
  let bits = element(i);
  out[p.to + i] = select(bits, bitcast<u32>(unpack2x16float(bits).x), p.half_in != 0);
}
