package engine

import (
	"context"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// Chromium runs cases in a page of headless Chromium.
type Chromium struct {
	Config
	page
}

// Name implements Engine.
func (c *Chromium) Name() string { return "chromium/" + c.Config.String() }

// Start implements Engine.
func (c *Chromium) Start(ctx context.Context) error {
	return c.start(ctx, c.Config, func(ctx context.Context) (browser.Tab, error) {
		return browser.OpenChromium(ctx, browser.Options{WebGPU: c.Backend == "webgpu"})
	})
}
