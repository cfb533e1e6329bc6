// masked_mean and attention_received: out[b, cols], the mean of x[b, outer,
// rows, cols] over outer and the rows that are there. masked_mean has an
// outer of 1; the other takes the heads, and its rows are queries.
//
// A workgroup makes 32 columns, 8 threads each.
//#include grid.wgsl

struct Params { batch: u32, outer: u32, rows: u32, cols: u32, masked: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(32, 8)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_id) thread: vec3<u32>) {
  let blocks = (p.cols + 31) / 32;
  let group = group_index(id, groups);
  let b = group / blocks;
  if (b >= p.batch) { return; }
  let col = group % blocks * 32 + thread.x;
  var rows = p.rows;
  if (p.masked != 0) { rows = min(u32(lengths[b]), rows); }
  var sum = 0.0;
  if (col < p.cols) {
    for (var o = 0u; o < p.outer; o++) {
      let first = (b * p.outer + o) * p.rows;
      for (var i = thread.y; i < rows; i += 8) { sum += x[(first + i) * p.cols + col]; }
    }
  }
  sums[thread.y * 32 + thread.x] = sum;
  workgroupBarrier();
  if (thread.y != 0 || col >= p.cols) { return; }
  for (var i = 1u; i < 8; i++) { sum += sums[i * 32 + thread.x]; }
  out[b * p.cols + col] = select(0, sum / f32(p.outer * rows), rows != 0);
}
