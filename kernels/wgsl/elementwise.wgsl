// add, out = x + y, activation, out = act(x), and gated, out = act(x)·y of cols
// columns of each: an element a thread.
//#include grid.wgsl
//#include activation.wgsl

struct Params { n: u32, act: u32, cols: u32, x_row: u32, y_row: u32, x_col: u32, y_col: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#if two
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
//#else
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
//#end

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = group_index(id, groups) * 256 + thread;
  if (i >= p.n) { return; }
//#if add
  out[i] = x[i] + y[i];
//#else
//#if two
  let row = i / p.cols;
  let col = i % p.cols;
  out[i] = activate(x[row * p.x_row + p.x_col + col], p.act) * y[row * p.y_row + p.y_col + col];
//#else
  out[i] = activate(x[i], p.act);
//#end
//#end
}
