// Package js holds the JavaScript side of Fovea as files to serve.
package js

import "embed"

// Files are the ES modules of this folder without their tests; fovea.js is the
// first to import. They need no build step; beside them they expect
// ../wasm/infer-simd.wasm and ../wasm/infer-relaxed.wasm and, where there is
// WebGPU, ../wasm/fovea-wgsl.json.
//
//go:embed backend.js core.js download.js error.js execute.js focus.js fovea.js highlight.js instance.js ops_gen.js
//go:embed place.js probe.js program.js safetensors.js tensor.js worker.js
//go:embed webgpu/device.js webgpu/memory.js webgpu/plan.js webgpu/unable.js
var Files embed.FS
