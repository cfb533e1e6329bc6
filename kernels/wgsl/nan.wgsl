// WGSL lets an implementation assume that there is no NaN and no infinity, and
// max, exp and comparisons make of them what the adapter likes. So what must
// not get lost is told by its bits.

const MAGNITUDE = 0x7FFFFFFFu; // all bits but the sign's
const INFINITY = 0x7F800000u; // above it are the NaNs

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & MAGNITUDE) > INFINITY; }
