package engine

import (
	"context"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// Firefox runs cases in a page of headless Firefox.
type Firefox struct {
	Config
	page
}

// Name implements Engine.
func (f *Firefox) Name() string { return "firefox/" + f.Config.String() }

// Start implements Engine.
func (f *Firefox) Start(ctx context.Context) error {
	return f.start(ctx, f.Config, func(ctx context.Context) (browser.Tab, error) {
		return browser.OpenFirefox(ctx, browser.Options{WebGPU: f.Backend == "webgpu"})
	})
}
