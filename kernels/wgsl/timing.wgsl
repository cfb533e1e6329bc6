// add_timing: out[b, t, d] = x + [sin(t·inv), cos(t·inv)], an element a
// thread.
//#include grid.wgsl
//#include sine.wgsl

struct Params { n: u32, tokens: u32, cols: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> inv: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

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
