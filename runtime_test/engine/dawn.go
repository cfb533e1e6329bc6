package engine

import (
	"context"
	"os"
	"path/filepath"
)

// swiftShader is the Vulkan driver that Debian's chromium brings along.
const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json"

// Dawn runs cases on the JS bridge in node with WebGPU, on Chromium's software adapter.
type Dawn struct{ *Process }

// NewDawn returns the engine; the bridge is asked for WebGPU.
func NewDawn(variant string) Dawn {
	p := Node(Config{Variant: variant, Backend: "webgpu"})
	p.Label = "dawn/" + variant
	// Without a folder of its own the driver's loader complains.
	p.Env = []string{"VK_ICD_FILENAMES=" + swiftShader, "XDG_RUNTIME_DIR=" + os.TempDir()}
	return Dawn{p}
}

// Start implements Engine.
func (d Dawn) Start(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(Root(), "runtime_test/node_modules/webgpu")); err != nil {
		return &Missing{"the npm package webgpu", "make deps"}
	}
	if _, err := os.Stat(swiftShader); err != nil {
		return &Missing{swiftShader, "apt-get install chromium"}
	}
	return d.Process.Start(ctx)
}
