// add, out = x + y, and activation, out = act(x): an element a thread.
//#include grid.wgsl
//#include activation.wgsl

struct Params { n: u32, act: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#if add
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
  out[i] = activate(x[i], p.act);
//#end
}
