// The first half of a matmul with q8 weights: the rows of x in blocks of 32,
// a block a thread, as int8 with the scale max|x|/127, as kernels/gemm_q8.go
// has them.
//#include grid.wgsl
//#include nan.wgsl

struct Params { blocks: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> values: array<u32>; // 8 of 4 int8 a block
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let block = group_index(id, groups) * 64 + thread;
  if (block >= p.blocks) { return; }
  var top = vec4<u32>();
  for (var i = 0u; i < 8; i++) { top = max(top, bitcast<vec4<u32>>(x[8 * block + i]) & vec4<u32>(MAGNITUDE)); }
  let bits = max(max(top.x, top.y), max(top.z, top.w));
  let scale = bitcast<f32>(bits) / 127;
  scales[block] = scale;
  if (bits >= INFINITY) { // which, times 0, is NaN for all of the block
    for (var i = 0u; i < 8; i++) { values[8 * block + i] = 0; }
    return;
  }
  // Where the scale is 0 the integers do not matter.
  let divisor = select(1, scale, scale > 0);
  for (var i = 0u; i < 8; i++) {
    let v = vec4<i32>(clamp(round(x[8 * block + i] / divisor), vec4<f32>(-127), vec4<f32>(127))) & vec4<i32>(255);
    values[8 * block + i] = u32(v.x | (v.y << 8) | (v.z << 16) | (v.w << 24));
  }
}
