// attention: out, the values' mean weighted by the softmax of the scores of
// the keys that a query sees; kernels/attention_call.go says what the rules
// mean. And, as `weights`, the first half of attention_weights, out[b, heads,
// tq, tk] = scale·q·kᵀ.
//
// A workgroup of 64 threads takes 32 queries of a head and 64 columns of the
// values, or 32 keys for `weights`. 32 keys at a time: their scores, 4×4 a
// thread, then the online softmax, then the sums of the values, 4×8 a thread;
// so that memory does not grow with the square of the tokens. Heads with more
// values than 64 compute the scores once for every 64. Tiles that range,
// prefix or blocks hide from all of its queries are passed over.
//
// Keys and values are f32 here: join.wgsl has made that of float16, pages and
// past ones. `x4` wants dim, vdim and where heads and rows start to be
// multiples of 4; all rows of the buffers are vectors then.
//
// Nothing here is f16, whatever the adapter has: a rounded value or weight
// changes what a q8 product behind it rounds to, by whole steps.
//#include grid.wgsl
//#include side.wgsl
//#if weights
//#else
//#include activation.wgsl
//#end

// Places in rules are the index of the first word plus 1, 0: there is none.
struct Params {
  q: Side, k: Side, v: Side, out: Side, mask: Side, bias: Side, blocks: Side,
  batch: u32, heads: u32, kv_heads: u32, tq: u32, tk: u32, past: u32, dim: u32, vdim: u32,
  scale: f32, softcap: f32, causal: u32, window: u32, offset: u32, from_end: u32, prefix: u32,
  masked: u32, mask_keys: u32, mask_bytes: u32, bias_keys: u32, temperature_batch: u32,
  slopes: u32, sinks: u32, temperature: u32, q_docs: u32, k_docs: u32, pages: u32, blocks_at: u32,
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
//#else
@group(0) @binding(3) var<storage, read> v: array<f32>;
//#end
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read> mask: array<u32>; // 4 flags each, or numbers
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<storage, read> rules: array<u32>;
//#if x4
@group(0) @binding(8) var<storage, read_write> out: array<vec4<f32>>;
//#else
@group(0) @binding(8) var<storage, read_write> out: array<f32>;
//#end
//#end

// 32 elements of 32 queries and of 32 keys, transposed; then 32 values.
var<workgroup> tile: array<vec4<f32>, 512>;

// Where the head at work starts.
var<private> q_start: u32;
var<private> k_start: u32;

// Four elements of a query's head from element i, a multiple of 4, on; zeros
// beyond its ends.
fn q_at(row: u32, i: u32) -> vec4<f32> {
  if (row >= p.tq || i >= p.dim) { return vec4<f32>(); }
  let at = q_start + row * (p.q.row / 4) + i;
//#if x4
  return q[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.dim - i, 4u); j++) { r[j] = q[at + j]; }
  return r;
//#end
}

// q_at of a key.
fn k_at(row: u32, i: u32) -> vec4<f32> {
  if (row >= p.past + p.tk || i >= p.dim) { return vec4<f32>(); }
  let at = k_start + row * (p.k.row / 4) + i;
//#if x4
  return k[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.dim - i, 4u); j++) { r[j] = k[at + j]; }
  return r;
//#end
}

// The products of four keys, each a vector over four queries.
struct Products { of0: vec4<f32>, of1: vec4<f32>, of2: vec4<f32>, of3: vec4<f32> }

fn multiply(query0: u32, key0: u32, thread: u32) -> Products {
  let four = thread / 8;
  let step = thread % 8 * 4;
  var s = Products();
  for (var i0 = 0u; i0 < p.dim; i0 += 32) {
    workgroupBarrier();
//#repeat r 4
    let q$r = q_at(query0 + four * 4 + $r, i0 + step);
    let k$r = k_at(key0 + four * 4 + $r, i0 + step);
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

// Sets where head number one of all of the batch starts.
fn begin(b: u32, head: u32) {
  q_start = place(p.q, b, head, 0) / 4;
  k_start = place(p.k, b, head / (p.heads / p.kv_heads), 0) / 4;
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
  begin(one / p.heads, one % p.heads);
  let s = multiply(query0, key0, thread);
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
const LOWEST = -3.4028234e38;
const FAR = 0x3FFFFFFF; // more keys or queries than a buffer holds

var<workgroup> weights: array<vec4<f32>, 256>;
var<workgroup> shared_rows: array<vec4<f32>, 64>;

// As q_start.
var<private> v_start: u32;
var<private> out_start: u32;
var<private> mask_start: u32;
var<private> bias_start: u32;
// Of the thread's four queries: number and position, the keys that they see
// by it, and their scale.
var<private> query: vec4<u32>;
var<private> position: vec4<i32>;
var<private> first_key: vec4<u32>;
var<private> end_key: vec4<u32>;
var<private> scale: vec4<f32>;
var<private> batch_row: u32;
var<private> slope: f32;

// Four elements of a value's head, as q_at.
fn v_at(row: u32, i: u32) -> vec4<f32> {
  if (row >= p.past + p.tk || i >= p.vdim) { return vec4<f32>(); }
  let at = v_start + row * (p.v.row / 4) + i;
//#if x4
  return v[at / 4];
//#else
  var r = vec4<f32>();
  for (var j = 0u; j < min(p.vdim - i, 4u); j++) { r[j] = v[at + j]; }
  return r;
//#end
}

// Writes four elements of a head's result.
fn put(row: u32, i: u32, value: vec4<f32>) {
  if (row >= p.tq || i >= p.vdim) { return; }
  let at = out_start + row * (p.out.row / 4) + i;
//#if x4
  out[at / 4] = value;
//#else
  for (var j = 0u; j < min(p.vdim - i, 4u); j++) { out[at + j] = value[j]; }
//#end
}

fn rule(at: u32) -> f32 { return bitcast<f32>(rules[at - 1]); }

// The first key that a query of that position sees by it, and the end of them.
fn sees(at: i32, keys: u32) -> vec2<u32> {
  var range = vec2<u32>(0, keys);
  if (p.window != 0) { range.x = u32(clamp(at + 1 - i32(min(p.window, FAR)), 0, i32(keys))); }
  if (p.causal != 0) { range.y = u32(clamp(at + i32(min(p.causal, FAR)), 0, i32(keys))); }
  return range;
}

// Sets what the thread needs to know of its queries, those from one on.
fn begin_rows(b: u32, head: u32, first: u32, keys: u32, shift: i32) {
  begin(b, head);
  v_start = place(p.v, b, head / (p.heads / p.kv_heads), 0) / 4;
  out_start = place(p.out, b, head, 0) / 4;
  mask_start = place(p.mask, b, head, 0);
  bias_start = place(p.bias, b, head, 0) / 4;
  batch_row = b;
  if (p.slopes != 0) { slope = rule(p.slopes + head); }
  scale = vec4<f32>(p.scale);
  for (var r = 0u; r < 4; r++) {
    query[r] = min(first + r, p.tq - 1);
    position[r] = clamp(shift + i32(query[r]), -FAR, FAR);
    let range = sees(position[r], keys);
    first_key[r] = range.x;
    end_key[r] = range.y;
    if (p.temperature != 0) { scale[r] /= rule(p.temperature + (b * p.temperature_batch) / 4 + query[r]); }
  }
}

struct Scores { v: vec4<f32>, there: vec4<bool> }

// The scores of the thread's queries with a key, and whether it is there for
// them.
fn score(products: vec4<f32>, key: u32, prefix: u32) -> Scores {
  let j = vec4<u32>(key);
  var s = Scores(products * scale, ((j >= first_key) & (j < end_key)) | (j < vec4<u32>(prefix)));
  if (p.softcap != 0) {
    let t = s.v / p.softcap;
    s.v = p.softcap * vec4<f32>(tanh_of(t.x), tanh_of(t.y), tanh_of(t.z), tanh_of(t.w));
  }
  for (var r = 0u; r < 4; r++) {
    if (p.mask_bytes != 0) {
      let at = mask_start + query[r] * p.mask.row + select(key, 0, p.mask_keys == 1) * p.mask_bytes;
      let word = mask[at / 4];
      if (p.mask_bytes == 4) {
        s.v[r] += bitcast<f32>(word);
      } else {
        s.there[r] = s.there[r] && extractBits(word, at % 4 * 8, 8u) != 0;
      }
    }
    if (p.bias_keys != 0) { s.v[r] += bias[bias_start + query[r] * (p.bias.row / 4) + select(key, 0, p.bias_keys == 1)]; }
    if (p.slopes != 0) { s.v[r] -= slope * f32(abs(position[r] - i32(key))); }
    if (p.q_docs != 0) {
      let doc = rules[p.q_docs - 1 + batch_row * p.tq + query[r]];
      s.there[r] = s.there[r] && doc == rules[p.k_docs - 1 + batch_row * (p.past + p.tk) + key];
    }
  }
  // What adds -infinity hides. By its bits, for WGSL need not know infinities.
  s.there &= bitcast<vec4<u32>>(s.v) != vec4<u32>(0xFF800000);
  return s;
}

// Whether the sparse block of a tile is hidden.
fn hidden(b: u32, head: u32, query0: u32, key0: u32) -> bool {
  if (p.blocks_at == 0) { return false; }
  let at = 4 * (p.blocks_at - 1) + place(p.blocks, b, head, query0 / 64) + key0 / 64;
  return extractBits(rules[at / 4], at % 4 * 8, 8u) == 0;
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
  var keys = p.past + p.tk;
  if (p.masked != 0) { keys = min(u32(lengths[b]), keys); }
  if (p.mask_keys > 1) { keys = min(keys, p.mask_keys); } // keys behind the mask's end are hidden
  var shift = i32(p.offset + p.past);
  if (p.from_end != 0) { shift = i32(keys) - i32(p.tq); }
  begin_rows(b, head, query0 + ty * 4, keys, shift);
  // The keys that the first of the queries sees, and those up to the last's.
  let prefix = min(p.prefix, keys);
  let window = sees(clamp(shift + i32(query0), -FAR, FAR), keys).x;
  let end = max(prefix, sees(clamp(shift + i32(min(query0 + 31, p.tq - 1)), -FAR, FAR), keys).y);
  var top = vec4<f32>(LOWEST); // of each of the thread's four queries
  var sum = vec4<f32>(); // of the weights of the thread's own keys
  var spoilt = vec4<bool>(); // whether NaN or infinity is among their scores
  if (p.sinks != 0) {
    top = vec4<f32>(rule(p.sinks + head));
    sum = vec4<f32>(select(0.0, 1.0, tx == 0));
    spoilt = vec4<bool>(is_nan(top.x));
  }
//#repeat r 4
  var out$r = vec4<f32>();
  var right_out$r = vec4<f32>();
//#end
  for (var key0 = select(0, window / 32 * 32, prefix == 0); key0 < end; key0 += 32) {
    if ((key0 >= prefix && key0 + 32 <= window) || hidden(b, head, query0, key0)) { continue; }
    let products = multiply(query0, key0, thread);
    var highest = vec4<f32>(LOWEST);
//#repeat c 4
    let s$c = score(products.of$c, key0 + tx * 4 + $c, prefix);
    highest = select(highest, max(highest, s$c.v), s$c.there);
//#end
    shared_rows[tx * 8 + ty] = highest;
    workgroupBarrier();
    let old = top;
    for (var i = 0u; i < 8; i++) { top = max(top, shared_rows[i * 8 + ty]); }
    let shrink = select(exp(old - top), vec4<f32>(1), old == top);
    sum *= shrink;
//#repeat c 4
    spoilt |= s$c.there & ((bitcast<vec4<u32>>(s$c.v) & vec4<u32>(MAGNITUDE)) >= vec4<u32>(INFINITY));
    let w$c = select(vec4<f32>(), exp(s$c.v - top), s$c.there);
    sum += w$c;
    weights[(tx * 4 + $c) * 8 + ty] = w$c;
//#end
    for (var i = thread; i < 512; i += 64) {
      tile[i] = v_at(key0 + i / 16, value0 + i % 16 * 4);
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
  shared_rows[tx * 8 + ty] = bitcast<vec4<f32>>(select(bitcast<vec4<u32>>(sum), vec4<u32>(0x7FC00000), spoilt));
  workgroupBarrier();
  var all = vec4<f32>();
  var bits = vec4<u32>(); // NaN is the greatest
  for (var i = 0u; i < 8; i++) {
    all += shared_rows[i * 8 + ty];
    bits = max(bits, bitcast<vec4<u32>>(shared_rows[i * 8 + ty]));
  }
  // Without keys the result is zeros.
  var by = select(vec4<f32>(), 1 / all, all != vec4<f32>());
  by = bitcast<vec4<f32>>(select(bitcast<vec4<u32>>(by), bits, bits > vec4<u32>(INFINITY)));
//#repeat r 4
  put(query0 + ty * 4 + $r, value0 + tx * 4, out$r * by[$r]);
  put(query0 + ty * 4 + $r, value0 + 32 + tx * 4, right_out$r * by[$r]);
//#end
}
//#end
