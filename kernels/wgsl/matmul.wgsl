// matmul, out[m, n] = act(x[m, k]·w[k, n] + bias[n]) + residual[m, n], and
// scores, out[m, n] = x[m, k]·keysᵀ with keys[n, k].
//
// A workgroup of 64 threads makes a tile of 64×64 elements, 8×8 a thread, or,
// as `short`, of 16×64, 4×4 a thread: for few rows, and where the larger tile
// would leave a GPU idle. Sixteen columns of x and rows of w at a time are
// staged in workgroup memory, x transposed there, so that all its accesses
// are vectors.
//
// As `batched` it is batch_matmul: the matrices' rows, columns and starts are
// where strides say.
//
// `x4` wants k to be a multiple of 4, `n4` wants n to be one; all rows of the
// buffers are vectors then.
//#if f16
enable f16;
//#end
//#include grid.wgsl
//#include activation.wgsl

// What is staged: half as many bytes with f16. Sums are f32 always.
//#if f16
alias Staged = vec4<f16>;
//#else
alias Staged = vec4<f32>;
//#end

//#if batched
// Of up to four leading axes of the result, the last first, their extents and
// how far x and w of one index lie apart.
struct Params {
  m: u32, k: u32, n: u32, act: u32, biased: u32, residual: u32,
  x_row: u32, x_col: u32, w_row: u32, w_col: u32, unused0: u32, unused1: u32,
  extents: vec4<u32>, x_apart: vec4<u32>, w_apart: vec4<u32>,
}
//#else
struct Params { m: u32, k: u32, n: u32, act: u32, biased: u32, residual: u32 }
//#end

@group(0) @binding(0) var<uniform> p: Params;
//#if x4
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
//#else
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#end
//#if scores
//#if x4
@group(0) @binding(2) var<storage, read> keys: array<vec4<f32>>;
//#else
@group(0) @binding(2) var<storage, read> keys: array<f32>;
//#end
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
//#else
//#if n4
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> residual: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4<f32>>;
//#else
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
//#end
//#end

//#if short
const TILE = 16u; // rows
//#else
const TILE = 64u;
//#end
const GROUPS = TILE / 4; // of four rows
const DEPTH = 16u;

var<workgroup> left: array<Staged, DEPTH * GROUPS>;
var<workgroup> right: array<Staged, DEPTH * 16>;

//#if batched
var<private> x_start: u32;
var<private> w_start: u32;
var<private> out_start: u32;

// Finds the matrices of a batch's index, and reports whether there are such.
fn begin(batch: u32) -> bool {
  var rest = batch;
  for (var axis = 0u; axis < 4; axis++) {
    let i = rest % p.extents[axis];
    x_start += i * p.x_apart[axis];
    w_start += i * p.w_apart[axis];
    rest /= p.extents[axis];
  }
  out_start = batch * p.m * p.n;
  return rest == 0;
}
//#end

// Four elements of a row of x from column col, a multiple of 4, on; zeros
// beyond its ends.
fn x_at(row: u32, col: u32) -> vec4<f32> {
  if (row >= p.m) { return vec4<f32>(); }
//#if x4
  if (col >= p.k) { return vec4<f32>(); }
  return x[(row * p.k + col) / 4];
//#else
  var v = vec4<f32>();
  let n = min(p.k - min(col, p.k), 4u);
  //#if batched
  for (var i = 0u; i < n; i++) { v[i] = x[x_start + row * p.x_row + (col + i) * p.x_col]; }
//#else
  for (var i = 0u; i < n; i++) { v[i] = x[row * p.k + col + i]; }
//#end
  return v;
//#end
}

//#if scores
// x_at of keys.
fn key_at(row: u32, col: u32) -> vec4<f32> {
  if (row >= p.n) { return vec4<f32>(); }
//#if x4
  if (col >= p.k) { return vec4<f32>(); }
  return keys[(row * p.k + col) / 4];
//#else
  var v = vec4<f32>();
  let n = min(p.k - min(col, p.k), 4u);
  for (var i = 0u; i < n; i++) { v[i] = keys[row * p.k + col + i]; }
  return v;
//#end
}
//#else
// x_at of w.
fn w_at(row: u32, col: u32) -> vec4<f32> {
  if (row >= p.k) { return vec4<f32>(); }
//#if n4
  if (col >= p.n) { return vec4<f32>(); }
  return w[(row * p.n + col) / 4];
//#else
  var v = vec4<f32>();
  let n = min(p.n - min(col, p.n), 4u);
  //#if batched
  for (var i = 0u; i < n; i++) { v[i] = w[w_start + row * p.w_row + (col + i) * p.w_col]; }
//#else
  for (var i = 0u; i < n; i++) { v[i] = w[row * p.n + col + i]; }
//#end
  return v;
//#end
}
//#end

// Writes four elements of a row of out.
fn put(row: u32, col: u32, sums: vec4<f32>) {
  if (row >= p.m || col >= p.n) { return; }
//#if scores
  let n = min(p.n - col, 4u);
  for (var i = 0u; i < n; i++) { out[row * p.n + col + i] = sums[i]; }
//#else
//#if batched
  let at = out_start + row * p.n + col;
//#else
  let at = row * p.n + col;
//#end
//#if n4
  var v = sums;
  if (p.biased != 0) { v += bias[col / 4]; }
  v = vec4<f32>(activate(v.x, p.act), activate(v.y, p.act), activate(v.z, p.act), activate(v.w, p.act));
  if (p.residual != 0) { v += residual[at / 4]; }
  out[at / 4] = v;
//#else
  let n = min(p.n - col, 4u);
  for (var i = 0u; i < n; i++) {
    var v = sums[i];
    if (p.biased != 0) { v += bias[col + i]; }
    v = activate(v, p.act);
    if (p.residual != 0) { v += residual[at + i]; }
    out[at + i] = v;
  }
//#end
//#end
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let tiles = (p.n + 63) / 64;
  let group = group_index(id, groups);
  let col0 = group % tiles * 64;
//#if batched
  let high = (p.m + TILE - 1) / TILE;
  let row0 = group / tiles % high * TILE;
  if (!begin(group / tiles / high)) { return; }
//#else
  let row0 = group / tiles * TILE;
  if (row0 >= p.m) { return; }
//#end
  // A thread stages blocks of 4×4, transposed; those of one row are
  // neighbours, as their bytes are.
  let block = thread / 4 * 4;
  let step = thread % 4 * 4;
//#if short
  let ty = thread / 16;
  let tx = thread % 16;
//#else
  let ty = thread / 8;
  let tx = thread % 8;
//#end
//#repeat r 4
  var sums$r = vec4<f32>();
//#if short
//#else
  var right_sums$r = vec4<f32>();
  var low_sums$r = vec4<f32>();
  var low_right_sums$r = vec4<f32>();
//#end
//#end
  for (var k0 = 0u; k0 < p.k; k0 += DEPTH) {
    if (block < TILE) {
//#repeat r 4
      let x$r = x_at(row0 + block + $r, k0 + step);
//#end
//#repeat c 4
      left[(step + $c) * GROUPS + block / 4] = Staged(vec4<f32>(x0[$c], x1[$c], x2[$c], x3[$c]));
//#end
    }
//#if scores
//#repeat r 4
    let key$r = key_at(col0 + block + $r, k0 + step);
//#end
//#repeat c 4
    right[(step + $c) * 16 + block / 4] = Staged(vec4<f32>(key0[$c], key1[$c], key2[$c], key3[$c]));
//#end
//#else
//#repeat r 4
    right[thread + 64 * $r] = Staged(w_at(k0 + thread / 16 + 4 * $r, col0 + thread % 16 * 4));
//#end
//#end
    workgroupBarrier();
    for (var i = 0u; i < DEPTH; i++) {
//#if short
      let a = vec4<f32>(left[i * GROUPS + ty]);
      let b = vec4<f32>(right[i * 16 + tx]);
//#repeat r 4
      sums$r += a[$r] * b;
//#end
//#else
      let a = vec4<f32>(left[i * GROUPS + 2 * ty]);
      let low = vec4<f32>(left[i * GROUPS + 2 * ty + 1]);
      let b = vec4<f32>(right[i * 16 + tx]);
      let c = vec4<f32>(right[i * 16 + 8 + tx]);
//#repeat r 4
      sums$r += a[$r] * b;
      right_sums$r += a[$r] * c;
      low_sums$r += low[$r] * b;
      low_right_sums$r += low[$r] * c;
//#end
//#end
    }
    workgroupBarrier();
  }
//#repeat r 4
//#if short
  put(row0 + 4 * ty + $r, col0 + 4 * tx, sums$r);
//#else
  put(row0 + 8 * ty + $r, col0 + 4 * tx, sums$r);
  put(row0 + 8 * ty + $r, col0 + 32 + 4 * tx, right_sums$r);
  put(row0 + 8 * ty + 4 + $r, col0 + 4 * tx, low_sums$r);
  put(row0 + 8 * ty + 4 + $r, col0 + 32 + 4 * tx, low_right_sums$r);
//#end
//#end
}
