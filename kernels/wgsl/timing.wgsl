// add_timing: out[b, t, d] = x + [sin(t·inv), cos(t·inv)], an element a
// thread.
//#include grid.wgsl

struct Params { n: u32, tokens: u32, cols: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> inv: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

// The sine of x + quarters·π/2, for |x| ≤ 8192. WGSL promises its own sin to
// 2⁻¹¹ only, and only in -π..π; this is the way of kernels/sincos.go.
fn sine(x: f32, quarters: i32) -> f32 {
  let n = round(x * 0.636619747);
  var r = x - n * 1.5703125;
  r -= n * 0.00048351288;
  r -= n * 3.13855707e-7;
  r -= n * 6.0771006e-11;
  let z = r * r;
  let turn = i32(n) + quarters;
  var y = ((-0.00019531586 * z + 0.0083326893) * z - 0.16666651) * z * r + r;
  if ((turn & 1) == 1) {
    y = ((2.4432889e-5 * z - 0.0013887316) * z + 0.041666646) * z * z - 0.5 * z + 1;
  }
  return select(y, -y, (turn & 2) == 2);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = group_index(id, groups) * 256 + thread;
  if (i >= p.n) { return; }
  let half = p.cols / 2;
  let col = i % p.cols;
  let position = f32(i / p.cols % p.tokens);
  let second = col >= half;
  out[i] = x[i] + sine(position * inv[select(col, col - half, second)], select(0, 1, second));
}
