// matmul of one row, out[n] = act(x[k]·w[k, n] + bias[n]) + residual[n]; as
// `half` w is float16. A workgroup of 256 threads makes 64 columns, each in
// four parts along k, so that neighbours read neighbours and w is read once.
//#include grid.wgsl
//#include activation.wgsl

struct Params { m: u32, k: u32, n: u32, act: u32, biased: u32, residual: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#if half
@group(0) @binding(2) var<storage, read> w: array<u32>; // 2 f16 each
//#else
@group(0) @binding(2) var<storage, read> w: array<f32>;
//#end
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;

var<workgroup> parts: array<f32, 256>;

fn weight(i: u32) -> f32 {
//#if half
  return unpack2x16float(w[i / 2])[i % 2];
//#else
  return w[i];
//#end
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let col = group_index(id, groups) * 64 + thread % 64;
  var sum = 0.0;
  if (col < p.n) {
    for (var i = thread / 64; i < p.k; i += 4) { sum += x[i] * weight(i * p.n + col); }
  }
  parts[thread] = sum;
  workgroupBarrier();
  if (thread >= 64 || col >= p.n) { return; }
  sum += parts[thread + 64] + parts[thread + 128] + parts[thread + 192];
  if (p.biased != 0) { sum += bias[col]; }
  sum = activate(sum, p.act);
  if (p.residual != 0) { sum += residual[col]; }
  out[col] = sum;
}
