// The type of what is staged in workgroup memory: half as many bytes where
// the adapter computes with f16. Sums are f32 always.
//#if f16
alias Staged = vec4<f16>;
//#else
alias Staged = vec4<f32>;
//#end
