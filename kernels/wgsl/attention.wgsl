// attention: out[b, tq, heads·vdim], the values' mean weighted by the softmax
// of scale·q·kᵀ over the keys that are there. And, as `weights`, the first
// half of attention_weights, out[b, heads, tq, tk] = scale·q·kᵀ.
//
// A workgroup of 64 threads takes 32 queries of a head and 64 columns of the
// values, or 32 keys for `weights`. 32 keys at a time: their scores, 4×4 a
// thread, then the online softmax, then the sums of the values, 4×8 a thread;
// so that memory does not grow with the square of the tokens. Heads with more
// values than 64 compute the scores once for every 64.
//
// `x4` wants dim, vdim, columns and strides to be multiples of 4; all rows of
// the buffers are vectors then.
//
// Nothing here is f16, whatever the adapter has: a rounded value or weight
// changes what a q8 product behind it rounds to, by whole steps.
//#include grid.wgsl

struct Params {
  batch: u32, tq: u32, tk: u32, heads: u32, dim: u32, vdim: u32,
  q_stride: u32, k_stride: u32, v_stride: u32, q_col: u32, k_col: u32, v_col: u32,
  scale: f32, masked: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
//#if x4
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> k: array<vec4<f32>>;
//#else
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
//#end
//#if weights
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
//#else
//#if x4
@group(0) @binding(3) var<storage, read> v: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4<f32>>;
//#else
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
//#end
//#end

const LOWEST = -3.4028234e38;

// 32 elements of 32 queries and of 32 keys, transposed; then 32 values.
var<workgroup> tile: array<vec4<f32>, 512>;

// Four elements of a query's head from element i, a multiple of 4, on; zeros
// beyond its ends.
fn q_at(b: u32, head: u32, row: u32, i: u32) -> vec4<f32> {
  if (row >= p.tq || i >= p.dim) { return vec4<f32>(); }
  let at = (b * p.tq + row) * p.q_stride + p.q_col + head * p.dim + i;
//#if x4
  return q[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.dim - i, 4u); j++) { r[j] = q[at + j]; }
  return r;
//#end
}

// q_at of a key.
fn k_at(b: u32, head: u32, row: u32, i: u32) -> vec4<f32> {
  if (row >= p.tk || i >= p.dim) { return vec4<f32>(); }
  let at = (b * p.tk + row) * p.k_stride + p.k_col + head * p.dim + i;
//#if x4
  return k[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.dim - i, 4u); j++) { r[j] = k[at + j]; }
  return r;
//#end
}

// The scores of four keys, each a vector over four queries.
struct Scores { of0: vec4<f32>, of1: vec4<f32>, of2: vec4<f32>, of3: vec4<f32> }

fn score(b: u32, head: u32, query0: u32, key0: u32, thread: u32) -> Scores {
  let four = thread / 8;
  let step = thread % 8 * 4;
  var s = Scores();
  for (var i0 = 0u; i0 < p.dim; i0 += 32) {
    workgroupBarrier();
//#repeat r 4
    let q$r = q_at(b, head, query0 + four * 4 + $r, i0 + step);
    let k$r = k_at(b, head, key0 + four * 4 + $r, i0 + step);
//#end
//#repeat c 4
    tile[(step + $c) * 8 + four] = vec4<f32>(q0[$c], q1[$c], q2[$c], q3[$c]);
    tile[256 + (step + $c) * 8 + four] = vec4<f32>(k0[$c], k1[$c], k2[$c], k3[$c]);
//#end
    workgroupBarrier();
    for (var i = 0u; i < min(p.dim - i0, 32u); i++) {
      let a = tile[i * 8 + thread / 8];
      let b = tile[256 + i * 8 + thread % 8];
//#repeat c 4
      s.of$c += a * b[$c];
//#end
    }
  }
  return s;
}

//#if weights
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let group = group_index(id, groups);
  let query_blocks = (p.tq + 31) / 32;
  let key_blocks = (p.tk + 31) / 32;
  let query0 = group % query_blocks * 32;
  let key0 = group / query_blocks % key_blocks * 32;
  let one = group / query_blocks / key_blocks; // of all heads of the batch
  if (one >= p.batch * p.heads) { return; }
  let s = score(one / p.heads, one % p.heads, query0, key0, thread);
  let key = key0 + thread % 8 * 4;
  for (var r = 0u; r < 4; r++) {
    let query = query0 + thread / 8 * 4 + r;
    if (query < p.tq) {
      let at = (one * p.tq + query) * p.tk + key;
//#repeat c 4
      if (key + $c < p.tk) { out[at + $c] = s.of$c[r] * p.scale; }
//#end
    }
  }
}
//#else
var<workgroup> weights: array<vec4<f32>, 256>;
var<workgroup> shared_rows: array<vec4<f32>, 64>;

// Four elements of a value's head, as q_at.
fn v_at(b: u32, head: u32, row: u32, i: u32) -> vec4<f32> {
  if (row >= p.tk || i >= p.vdim) { return vec4<f32>(); }
  let at = (b * p.tk + row) * p.v_stride + p.v_col + head * p.vdim + i;
//#if x4
  return v[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.vdim - i, 4u); j++) { r[j] = v[at + j]; }
  return r;
//#end
}

// Writes four elements of a head's result.
fn put(b: u32, head: u32, row: u32, i: u32, value: vec4<f32>) {
  if (row >= p.tq || i >= p.vdim) { return; }
  let at = ((b * p.tq + row) * p.heads + head) * p.vdim + i;
//#if x4
  out[at / 4] = value;
//#else
  for (var j = 0u; j < min(p.vdim - i, 4u); j++) { out[at + j] = value[j]; }
//#end
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let group = group_index(id, groups);
  let query_blocks = (p.tq + 31) / 32;
  let value_blocks = (p.vdim + 63) / 64;
  let query0 = group % query_blocks * 32;
  let value0 = group / query_blocks % value_blocks * 64;
  let one = group / query_blocks / value_blocks; // of all heads of the batch
  if (one >= p.batch * p.heads) { return; }
  let b = one / p.heads;
  let head = one % p.heads;
  let tx = thread % 8;
  let ty = thread / 8;
  var keys = p.tk;
  if (p.masked != 0) { keys = min(u32(lengths[b]), keys); }
  var top = vec4<f32>(LOWEST); // of each of the thread's four queries
  var sum = vec4<f32>(); // of the weights of the thread's own keys
//#repeat r 4
  var out$r = vec4<f32>();
  var right_out$r = vec4<f32>();
//#end
  for (var key0 = 0u; key0 < keys; key0 += 32) {
    let s = score(b, head, query0, key0, thread);
    var highest = vec4<f32>(LOWEST);
//#repeat c 4
    let there$c = key0 + tx * 4 + $c < keys;
    let s$c = s.of$c * p.scale;
    highest = select(highest, max(highest, s$c), there$c);
//#end
    shared_rows[tx * 8 + ty] = highest;
    workgroupBarrier();
    let old = top;
    for (var i = 0u; i < 8; i++) { top = max(top, shared_rows[i * 8 + ty]); }
    let shrink = exp(old - top);
    sum *= shrink;
//#repeat c 4
    let w$c = select(vec4<f32>(), exp(s$c - top), there$c);
    sum += w$c;
    weights[(tx * 4 + $c) * 8 + ty] = w$c;
//#end
    for (var i = thread; i < 512; i += 64) {
      tile[i] = v_at(b, head, key0 + i / 16, value0 + i % 16 * 4);
    }
    workgroupBarrier();
//#repeat r 4
    out$r *= shrink[$r];
    right_out$r *= shrink[$r];
//#end
    for (var i = 0u; i < min(keys - key0, 32u); i++) {
      let w = weights[i * 8 + ty];
      let left = tile[i * 16 + tx];
      let right = tile[i * 16 + 8 + tx];
//#repeat r 4
      out$r += w[$r] * left;
      right_out$r += w[$r] * right;
//#end
    }
  }
  workgroupBarrier();
  shared_rows[tx * 8 + ty] = sum;
  workgroupBarrier();
  var all = vec4<f32>();
  for (var i = 0u; i < 8; i++) { all += shared_rows[i * 8 + ty]; }
  // Without keys the result is zeros.
  let by = select(vec4<f32>(), 1 / all, all != vec4<f32>());
//#repeat r 4
  put(b, head, query0 + ty * 4 + $r, value0 + tx * 4, out$r * by[$r]);
  put(b, head, query0 + ty * 4 + $r, value0 + 32 + tx * 4, right_out$r * by[$r]);
//#end
}
//#end
