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
