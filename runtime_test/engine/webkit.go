package engine

import (
	"context"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// WebKit runs cases in a page of WebKitGTK. It has the baseline variant only: WebKit knows no relaxed SIMD.
type WebKit struct{ page }

// Name implements Engine.
func (*WebKit) Name() string { return "webkit" }

// Start implements Engine.
func (k *WebKit) Start(ctx context.Context) error {
	return k.start(ctx, Config{Variant: "simd"}, func(ctx context.Context) (tab, error) { return browser.OpenWebKit(ctx) })
}
