//go:build !js

package wasm

import "embed"

// Modules are the built modules as files, for a server of pages:
// infer-simd.wasm runs on every engine, infer-relaxed.wasm where there is
// relaxed SIMD, and those that end in -threads where memory can be shared;
// fovea-wgsl.json is the shaders (see package wgsl).
//
//go:embed infer-simd.wasm infer-relaxed.wasm infer-simd-threads.wasm infer-relaxed-threads.wasm fovea-wgsl.json
var Modules embed.FS
