// gather: out[n, cols] = scale · table[ids[n], cols]. A thread makes one
// element of a table in f32, four of a table in q8, whose cols are a multiple
// of 32. A bad id, which check.wgsl reports, reads the last row.
//#include grid.wgsl

struct Params { n: u32, rows: u32, cols: u32, scale: f32 }

@group(0) @binding(0) var<uniform> p: Params;
//#if q8
@group(0) @binding(1) var<storage, read> values: array<u32>; // 4 int8 each
@group(0) @binding(2) var<storage, read> scales: array<u32>; // 2 f16 each
@group(0) @binding(3) var<storage, read> ids: array<i32>;
@group(0) @binding(4) var<storage, read_write> out: array<vec4<f32>>;
//#else
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
//#end

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let i = group_index(id, groups) * 256 + thread;
//#if q8
  let words = p.cols / 4;
  if (i >= p.n * words) { return; }
  let row = min(u32(ids[i / words]), p.rows - 1);
  let block = row * (p.cols / 32) + i % words / 8;
  let scale = p.scale * unpack2x16float(scales[block / 2])[block % 2];
  let word = bitcast<i32>(values[row * words + i % words]);
  let v = vec4<i32>(extractBits(word, 0u, 8u), extractBits(word, 8u, 8u), extractBits(word, 16u, 8u), word >> 24);
  out[i] = scale * vec4<f32>(v);
//#else
  if (i >= p.n * p.cols) { return; }
  let row = min(u32(ids[i / p.cols]), p.rows - 1);
  out[i] = p.scale * table[row * p.cols + i % p.cols];
//#end
}
