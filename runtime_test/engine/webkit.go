package engine

import (
	"context"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// WebKit runs cases in a page of WebKitGTK, which has no relaxed SIMD, no shared memory and no WebGPU.
type WebKit struct {
	Config
	page
}

// Name implements Engine.
func (k *WebKit) Name() string { return "webkit/" + k.Config.String() }

// Start implements Engine.
func (k *WebKit) Start(ctx context.Context) error {
	return k.start(ctx, k.Config, func(ctx context.Context) (browser.Tab, error) { return browser.OpenWebKit(ctx) })
}
