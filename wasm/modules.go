//go:build !js

package wasm

import "embed"

// Modules are the built modules as files, for a server of pages:
// infer-simd.wasm runs on every engine, infer-relaxed.wasm where there is
// relaxed SIMD, and those that end in -threads where memory can be shared; the
// same with train in the place of infer have the operations of training, too.
// fovea-wgsl.json is the shaders (see package wgsl).
//
//go:embed infer-simd.wasm infer-relaxed.wasm infer-simd-threads.wasm infer-relaxed-threads.wasm
//go:embed train-simd.wasm train-relaxed.wasm train-simd-threads.wasm train-relaxed-threads.wasm
//go:embed fovea-wgsl.json
var Modules embed.FS
