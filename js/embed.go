// Package js holds the JavaScript side of Fovea as files to serve.
package js

import "embed"

// Files are the ES modules of this folder, fovea.js the first to import. They
// need no build step; beside them they expect ../wasm/infer-simd.wasm and
// ../wasm/infer-relaxed.wasm.
//
//go:embed *.js
var Files embed.FS
