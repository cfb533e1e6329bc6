package engine

import (
	"context"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// Firefox runs cases in a page of headless Firefox.
type Firefox struct {
	Variant string // module variant, "simd" or "relaxed"
	page
}

// Name implements Engine.
func (f *Firefox) Name() string { return "firefox/" + f.Variant }

// Start implements Engine.
func (f *Firefox) Start(ctx context.Context) error {
	return f.start(ctx, f.Variant, func(ctx context.Context) (tab, error) { return browser.OpenFirefox(ctx) })
}
