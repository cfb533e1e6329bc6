// Sums and maxima over the 64 threads of a workgroup, which all get them.
//#include nan.wgsl

var<workgroup> partial: array<f32, 64>;
var<workgroup> greatest: array<i32, 64>;

// An integer that is as x among all numbers, above them for a NaN: max of
// floats would lose it.
fn ordered(x: f32) -> i32 {
  if (is_nan(x)) { return 0x7FFFFFFF; }
  return turned(bitcast<i32>(x));
}

fn turned(bits: i32) -> i32 { return bits ^ ((bits >> 31) & 0x7FFFFFFF); }

const LEAST = -0x7F800001; // ordered of -infinity

// What scores of that greatest are subtracted from.
fn unordered(top: i32) -> f32 { return bitcast<f32>(select(turned(top), 0, top == LEAST)); }

// v, NaN in a row of that greatest if that is NaN or infinity.
fn unless_spoilt(v: f32, top: i32) -> f32 {
  return bitcast<f32>(select(bitcast<i32>(v), top | 0x7FC00000, top >= i32(INFINITY)));
}
//#if subgroups
var<private> lane: u32;
var<private> lanes: u32;

// Which threads a subgroup has is not promised. So each subgroup leaves its
// result in the place of the first of its threads, and the identity in those
// of the others.
fn sum_all(v: f32, thread: u32) -> f32 {
  partial[thread] = select(0, subgroupAdd(v), subgroupMin(thread) == thread);
  workgroupBarrier();
  var sum = 0.0;
  for (var i = lane; i < 64; i += lanes) { sum += partial[i]; }
  sum = subgroupAdd(sum);
  workgroupBarrier();
  return sum;
}

fn max_all(v: i32, thread: u32) -> i32 {
  greatest[thread] = select(LEAST, subgroupMax(v), subgroupMin(thread) == thread);
  workgroupBarrier();
  var top = LEAST;
  for (var i = lane; i < 64; i += lanes) { top = max(top, greatest[i]); }
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

fn max_all(v: i32, thread: u32) -> i32 {
  greatest[thread] = v;
  workgroupBarrier();
  for (var n = 32u; n > 0; n /= 2) {
    if (thread < n) { greatest[thread] = max(greatest[thread], greatest[thread + n]); }
    workgroupBarrier();
  }
  let top = greatest[0];
  workgroupBarrier();
  return top;
}
//#end
