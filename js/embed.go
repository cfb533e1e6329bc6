// Package js holds the JavaScript side of Fovea as files to serve.
package js

import "embed"

// Files are the ES modules of this folder without their tests; fovea.js is the
// first to import. They need no build step; beside them they expect
// ../wasm/infer-simd.wasm and ../wasm/infer-relaxed.wasm, for training the same
// with train in the place of infer, and, where there is WebGPU,
// ../wasm/fovea-wgsl.json.
//
//go:embed advice.js
//go:embed alive.js
//go:embed article.js
//go:embed backend.js
//go:embed boxes.js
//go:embed check.js
//go:embed core.js
//go:embed crew.js
//go:embed download.js
//go:embed element.js
//go:embed element_view.js
//go:embed error.js
//go:embed execute.js
//go:embed focus.js
//go:embed fovea.js
//go:embed hand.js
//go:embed highlight.js
//go:embed instance.js
//go:embed ops_gen.js
//go:embed module.js
//go:embed page_text.js
//go:embed place.js
//go:embed place.module.js
//go:embed place.script.js
//go:embed policy.js
//go:embed pool.js
//go:embed probe.js
//go:embed program.js
//go:embed safetensors.js
//go:embed script.js
//go:embed tensor.js
//go:embed webgpu/device.js
//go:embed webgpu/memory.js
//go:embed webgpu/nudge.js
//go:embed webgpu/plan.js
//go:embed webgpu/unable.js
//go:embed within.js
//go:embed worker.js
var Files embed.FS
