// The activations of program.Act, NaN for NaN. WGSL's own tanh may overflow,
// and it has no erf.
//#include nan.wgsl

// Within 2e-7 of the exact value.
fn tanh_of(x: f32) -> f32 {
  let e = exp(-2 * abs(x));
  let t = (1 - e) / (1 + e);
  return select(t, -t, x < 0);
}

// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: within
// 1.5e-7 of the exact value, and exp is no better here.
fn erf_of(x: f32) -> f32 {
  let a = abs(x);
  let t = 1 / (1 + 0.3275911 * a);
  var y = 1.061405429 * t - 1.453152027;
  y = y * t + 1.421413741;
  y = y * t - 0.284496736;
  y = (y * t + 0.254829592) * t;
  let e = 1 - y * exp(-a * a);
  return select(e, -e, x < 0);
}

fn sigmoid_of(x: f32) -> f32 {
  let z = exp(-abs(x)); // does not overflow
  return select(1, z, x < 0) / (1 + z);
}

fn activate(x: f32, act: u32) -> f32 {
  if (is_nan(x)) { return x; }
  switch act {
    case 1u: { return max(x, 0); }
    case 2u: { return x * 0.5 * (1 + erf_of(x * 0.707106781)); }
    case 3u: { return x * 0.5 * (1 + tanh_of((x + 0.044715 * x * x * x) * 0.797884561)); }
    case 4u: { return tanh_of(x); }
    case 5u: { return x * sigmoid_of(x); }
    case 6u: { return sigmoid_of(x); }
    default: { return x; }
  }
}
