package engine

import (
	"context"

	"github.com/chromedp/chromedp"

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
	return c.start(ctx, c.Config, func(ctx context.Context) (tab, error) {
		p, err := browser.Open(ctx, browser.Options{WebGPU: c.Backend == "webgpu"})
		return chromiumTab{p}, err
	})
}

type chromiumTab struct{ page *browser.Page }

func (t chromiumTab) Navigate(url string) error      { return t.page.Do(chromedp.Navigate(url)) }
func (t chromiumTab) Eval(js string) (string, error) { return browser.Eval[string](t.page, js) }

func (t chromiumTab) Close() error {
	t.page.Close()
	return nil
}
