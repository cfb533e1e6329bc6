// The second half of a matmul with q8 weights, which lie as [n, k] with a f16
// scale for 32 elements: out[m, n] = act(x·wᵀ + bias[n]) + residual[m, n]. A
// block's products are summed exactly, as integers, the blocks' sums in f32.
//
// As `q4` w has 4 bits an element: of a block's 16 bytes the low halves are
// elements 0 to 15, the high ones 16 to 31, each plus 8.
//
// A workgroup makes a tile of 64×64 elements, or, as `short`, of 16×64, a
// thread 4×4 of them; a block of 32 along k at a time is staged in workgroup
// memory, transposed.
//#include grid.wgsl
//#include activation.wgsl

struct Params { m: u32, k: u32, n: u32, act: u32, biased: u32, residual: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<u32>>; // 16 int8 each
@group(0) @binding(2) var<storage, read> x_scales: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<vec4<u32>>; // 16 int8 each, or a block of q4
@group(0) @binding(4) var<storage, read> w_scales: array<u32>; // 2 f16 each
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read> residual: array<f32>;
@group(0) @binding(7) var<storage, read_write> out: array<f32>;

//#if short
const TILE = 16u; // rows
//#else
const TILE = 64u;
//#end
const GROUPS = TILE / 4; // of four rows

// 8 words a block, each a vector over four rows.
var<workgroup> left: array<vec4<u32>, 8 * GROUPS>;
var<workgroup> right: array<vec4<u32>, 8 * 16>;
var<workgroup> left_scales: array<vec4<f32>, GROUPS>;
var<workgroup> right_scales: array<vec4<f32>, 16>;

//#if dot
alias Four = u32;
fn four(word: u32) -> Four { return word; }
fn product(a: Four, b: Four) -> i32 { return dot4I8Packed(a, b); }
//#else
alias Four = vec4<i32>;
fn four(word: u32) -> Four {
  let w = bitcast<i32>(word);
  return vec4<i32>(extractBits(w, 0u, 8u), extractBits(w, 8u, 8u), extractBits(w, 16u, 8u), w >> 24);
}
fn product(a: Four, b: Four) -> i32 { return dot(a, b); }
//#end

// 16 int8 of a column's block.
fn w_at(col: u32, block: u32, half: u32) -> vec4<u32> {
  let i = min(col, p.n - 1) * (p.k / 32) + block;
//#if q4
  // In two's complement a half byte less 8 is the one with its high bit
  // changed, which goes before it four times more then.
  let v = ((w[i] >> vec4<u32>(4 * half)) & vec4<u32>(0x0F0F0F0F)) ^ vec4<u32>(0x08080808);
  return v | ((v & vec4<u32>(0x08080808)) * 30);
//#else
  return w[2 * i + half];
//#end
}

fn x_scale(row: u32, block: u32) -> f32 {
  if (row >= p.m) { return 0; }
  return x_scales[row * (p.k / 32) + block];
}

fn w_scale(col: u32, block: u32) -> f32 {
  if (col >= p.n) { return 0; }
  let i = col * (p.k / 32) + block;
  return unpack2x16float(w_scales[i / 2])[i % 2];
}

fn put(row: u32, col: u32, sums: vec4<f32>) {
  if (row >= p.m || col >= p.n) { return; }
  let at = row * p.n + col;
  let n = min(p.n - col, 4u);
  for (var i = 0u; i < n; i++) {
    var v = sums[i];
    if (p.biased != 0) { v += bias[col + i]; }
    v = activate(v, p.act);
    if (p.residual != 0) { v += residual[at + i]; }
    out[at + i] = v;
  }
}

@compute @workgroup_size(16, GROUPS)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let tiles = (p.n + 63) / 64;
  let group = group_index(id, groups);
  let first_row = group / tiles * TILE;
  let first_col = group % tiles * 64;
  if (first_row >= p.m) { return; }
  let blocks = p.k / 32;
  // The first 32 threads stage half a block each of four columns of w, the
  // next ones of four rows of x.
  let half = thread % 2;
  let four0 = thread % 32 / 2;
  let stages_w = thread < 32;
  let stages_x = thread >= 32 && four0 < GROUPS && thread < 64;
//#repeat r 4
  var sums$r = vec4<f32>();
//#end
  for (var block = 0u; block < blocks; block++) {
    if (stages_w) {
//#repeat r 4
      let col$r = first_col + four0 * 4 + $r;
      let w$r = w_at(col$r, block, half);
//#end
//#repeat c 4
      right[(half * 4 + $c) * 16 + four0] = vec4<u32>(w0[$c], w1[$c], w2[$c], w3[$c]);
//#end
      if (half == 0) {
        right_scales[four0] = vec4<f32>(w_scale(col0, block), w_scale(col1, block), w_scale(col2, block), w_scale(col3, block));
      }
    }
    if (stages_x) {
//#repeat r 4
      let row$r = first_row + four0 * 4 + $r;
      let x$r = x[(min(row$r, p.m - 1) * blocks + block) * 2 + half];
//#end
//#repeat c 4
      left[(half * 4 + $c) * GROUPS + four0] = vec4<u32>(x0[$c], x1[$c], x2[$c], x3[$c]);
//#end
      if (half == 0) {
        left_scales[four0] = vec4<f32>(x_scale(row0, block), x_scale(row1, block), x_scale(row2, block), x_scale(row3, block));
      }
    }
    workgroupBarrier();
//#repeat r 4
    var dots$r = vec4<i32>();
//#end
    for (var i = 0u; i < 8; i++) {
      let a = left[i * GROUPS + at.y];
      let b = right[i * 16 + at.x];
//#repeat c 4
      let b$c = four(b[$c]);
//#end
//#repeat r 4
      let a$r = four(a[$r]);
      dots$r += vec4<i32>(product(a$r, b0), product(a$r, b1), product(a$r, b2), product(a$r, b3));
//#end
    }
//#repeat r 4
    sums$r += vec4<f32>(dots$r) * (left_scales[at.y][$r] * right_scales[at.x]);
//#end
    workgroupBarrier();
  }
//#repeat r 4
  put(first_row + 4 * at.y + $r, first_col + 4 * at.x, sums$r);
//#end
}
