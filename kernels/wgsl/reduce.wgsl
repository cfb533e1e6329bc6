// Sums and maxima over the 64 threads of a workgroup, which all get them.

const LOWEST = -3.4028234e38;

var<workgroup> partial: array<f32, 64>;
//#if subgroups
var<private> lane: u32;
var<private> lanes: u32;

// Which threads a subgroup has is not promised. So each subgroup leaves its
// result in the place of the first of its threads, and the identity in those
// of the others.
fn leave(v: f32, identity: f32, thread: u32) {
  partial[thread] = select(identity, v, subgroupMin(thread) == thread);
  workgroupBarrier();
}

fn sum_all(v: f32, thread: u32) -> f32 {
  leave(subgroupAdd(v), 0, thread);
  var sum = 0.0;
  for (var i = lane; i < 64; i += lanes) { sum += partial[i]; }
  sum = subgroupAdd(sum);
  workgroupBarrier();
  return sum;
}

fn max_all(v: f32, thread: u32) -> f32 {
  leave(subgroupMax(v), LOWEST, thread);
  var top = LOWEST;
  for (var i = lane; i < 64; i += lanes) { top = max(top, partial[i]); }
  top = subgroupMax(top);
  workgroupBarrier();
  return top;
}
//#else

fn sum_all(v: f32, thread: u32) -> f32 {
  partial[thread] = v;
  workgroupBarrier();
  for (var n = 32u; n > 0; n /= 2) {
    if (thread < n) { partial[thread] += partial[thread + n]; }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

fn max_all(v: f32, thread: u32) -> f32 {
  partial[thread] = v;
  workgroupBarrier();
  for (var n = 32u; n > 0; n /= 2) {
    if (thread < n) { partial[thread] = max(partial[thread], partial[thread + n]); }
    workgroupBarrier();
  }
  let top = partial[0];
  workgroupBarrier();
  return top;
}
//#end
