// rope: of heads of dim columns the first rotary elements are turned in pairs,
// by kernels/rope.go's angles or by the cosines and sines that are given; the
// other columns are copied. An element a thread.
//#include grid.wgsl
//#include sine.wgsl

// step is the logarithm of one pair's inv over that of the pair before.
struct Params {
  n: u32, width: u32, tokens: u32, rows: u32,
  heads: u32, dim: u32, rotary: u32, col: u32, interleaved: u32,
  step: f32, scale: f32, given: u32, cached: u32, positioned: u32, by_token: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> inv: array<f32>;
@group(0) @binding(3) var<storage, read> cosines: array<f32>;
@group(0) @binding(4) var<storage, read> sines: array<f32>;
@group(0) @binding(5) var<storage, read> positions: array<i32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;

// The cosine and the sine for a pair of a row, of which the batch has p.rows.
fn turn(row: u32, pair: u32) -> vec2<f32> {
  var position = i32(row % p.tokens);
  let token = row / p.rows * p.tokens + row % p.tokens;
  if (p.positioned != 0) { position = positions[token]; }
  if (p.cached != 0) {
    let at = select(u32(position), token, p.by_token != 0) * (p.rotary / 2) + pair;
    return vec2<f32>(cosines[at], sines[at]);
  }
  var rate = exp(f32(pair) * p.step);
  if (p.given != 0) { rate = inv[pair]; }
  let angle = f32(position) * p.scale * rate;
  return vec2<f32>(sine(angle, 1), sine(angle, 0));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = group_index(id, groups) * 256 + thread;
  if (i >= p.n) { return; }
  let column = i % p.width - p.col; // of the heads, or beyond all of them
  let element = column % p.dim;
  if (column >= p.heads * p.dim || element >= p.rotary) {
    out[i] = x[i];
    return;
  }
  let half = p.rotary / 2;
  var pair = element % half;
  var second = element >= half;
  var apart = half;
  if (p.interleaved != 0) {
    pair = element / 2;
    second = element % 2 == 1;
    apart = 1;
  }
  let t = turn(i / p.width, pair);
  if (second) {
    out[i] = x[i] * t.x + x[i - apart] * t.y;
  } else {
    out[i] = x[i] * t.x - x[i + apart] * t.y;
  }
}
