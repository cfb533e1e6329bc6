//go:build !js

package wasm

import "embed"

// Modules are the built modules as files, for a server of pages:
// infer-simd.wasm runs on every engine, infer-relaxed.wasm where there is
// relaxed SIMD; fovea-wgsl.json is the shaders (see package wgsl).
//
//go:embed infer-simd.wasm infer-relaxed.wasm fovea-wgsl.json
var Modules embed.FS
