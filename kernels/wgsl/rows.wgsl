// layer_norm, rms_norm, l2_normalize and softmax, and the second half of
// attention_weights, a softmax in place under masks: a row a workgroup.
//#if subgroups
enable subgroups;
//#end
//#include grid.wgsl
//#include reduce.wgsl

//#if masked
// A row is a query; keys counts all of a row, of which lengths says how many
// are there. In self-attention, where queries and keys are the same tokens,
// neither are queries from there on.
struct Params { rows: u32, keys: u32, queries: u32, heads: u32, lengths: u32 }
//#else
// also: layer_norm has bias, softmax is to be its logarithm.
struct Params { rows: u32, cols: u32, eps: f32, also: u32 }
//#end

@group(0) @binding(0) var<uniform> p: Params;
//#if masked
@group(0) @binding(1) var<storage, read> lengths: array<i32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
//#else
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#if layer_norm
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
//#else
//#if rms_norm
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
//#else
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
//#end
//#end
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
//#if subgroups
        @builtin(subgroup_invocation_id) own_lane: u32, @builtin(subgroup_size) all_lanes: u32,
//#end
        @builtin(local_invocation_index) thread: u32) {
//#if subgroups
  lane = own_lane;
  lanes = all_lanes;
//#end
  let row = group_index(id, groups);
  if (row >= p.rows) { return; }
//#if masked
  let first = row * p.keys;
  var keys = p.keys;
  if (p.lengths != 0) { keys = min(u32(lengths[row / p.queries / p.heads]), keys); }
  if (p.queries == p.keys && row % p.queries >= keys) { keys = 0u; }
  var highest = LEAST;
  for (var i = thread; i < keys; i += 64) { highest = max(highest, ordered(out[first + i])); }
  highest = max_all(highest, thread);
  let top = unordered(highest);
  var sum = 0.0;
  for (var i = thread; i < keys; i += 64) {
    let e = exp(out[first + i] - top);
    out[first + i] = e;
    sum += e;
  }
  sum = sum_all(sum, thread);
  // Without keys, or with scores of -infinity only, the row is zeros.
  if (sum == 0) { sum = 1; }
  for (var i = thread; i < p.keys; i += 64) { out[first + i] = select(0, unless_spoilt(out[first + i] / sum, highest), i < keys); }
//#else
  let first = row * p.cols;
//#if softmax
  var highest = LEAST;
  for (var i = thread; i < p.cols; i += 64) { highest = max(highest, ordered(x[first + i])); }
  highest = max_all(highest, thread);
  let top = unordered(highest);
  var sum = 0.0;
  for (var i = thread; i < p.cols; i += 64) { sum += exp(x[first + i] - top); }
  sum = sum_all(sum, thread);
  if (p.also != 0) {
    let total = select(0, log(sum), sum > 0);
    for (var i = thread; i < p.cols; i += 64) { out[first + i] = unless_spoilt(x[first + i] - top - total, highest); }
    return;
  }
  // A row of -infinities is zeros.
  let by = select(0, 1 / sum, sum != 0);
  for (var i = thread; i < p.cols; i += 64) { out[first + i] = unless_spoilt(exp(x[first + i] - top) * by, highest); }
//#end
//#if l2_normalize
  var sum = 0.0;
  for (var i = thread; i < p.cols; i += 64) { sum += x[first + i] * x[first + i]; }
  sum = sum_all(sum, thread);
  let by = 1 / sqrt(select(max(sum, p.eps), sum, is_nan(sum)));
  for (var i = thread; i < p.cols; i += 64) { out[first + i] = x[first + i] * by; }
//#end
//#if rms_norm
  var sum = 0.0;
  for (var i = thread; i < p.cols; i += 64) { sum += x[first + i] * x[first + i]; }
  let by = 1 / sqrt(sum_all(sum, thread) / f32(p.cols) + p.eps);
  for (var i = thread; i < p.cols; i += 64) { out[first + i] = x[first + i] * by * scale[i]; }
//#end
//#if layer_norm
  var sum = 0.0;
  for (var i = thread; i < p.cols; i += 64) { sum += x[first + i]; }
  let mean = sum_all(sum, thread) / f32(p.cols);
  // About the mean, in a second pass, so that it does not cancel.
  sum = 0.0;
  for (var i = thread; i < p.cols; i += 64) {
    let d = x[first + i] - mean;
    sum += d * d;
  }
  let by = 1 / sqrt(sum_all(sum, thread) / f32(p.cols) + p.eps);
  for (var i = thread; i < p.cols; i += 64) {
    var y = (x[first + i] - mean) * by * scale[i];
    if (p.also != 0) { y += bias[i]; }
    out[first + i] = y;
  }
//#end
//#end
}
