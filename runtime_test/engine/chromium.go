package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// Chromium runs cases in a page of headless Chromium, which computes in the bridge's worker.
type Chromium struct {
	Variant string // module variant, "simd" or "relaxed"
	server  *httptest.Server
	page    *browser.Page
}

// Name implements Engine.
func (c *Chromium) Name() string { return "chromium/" + c.Variant }

// Start implements Engine: it serves the repository to the browser under the strict policy that the bridge promises to work with.
func (c *Chromium) Start(ctx context.Context) error {
	c.server = httptest.NewServer(strict(http.FileServer(http.Dir(Root()))))
	page, err := browser.Open(ctx, browser.Options{})
	if err != nil {
		c.server.Close()
		return err
	}
	c.page = page
	err = page.Do(
		chromedp.Navigate(c.server.URL+"/runtime_test/runner/page.html?variant="+c.Variant),
		chromedp.WaitVisible(chromedp.ID("ready")),
	)
	if err != nil {
		return err
	}
	said, err := browser.Get(page, chromedp.Text(chromedp.ID("ready")))
	if err == nil && said != "ready" {
		err = errors.New(said)
	}
	return err
}

// Run implements Engine.
func (c *Chromium) Run(_ context.Context, q Case) (Result, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return Result{}, err
	}
	reply, err := browser.Eval[string](c.page, fmt.Sprintf("answer(%s)", b))
	if err != nil {
		return Result{}, fmt.Errorf("chromium: %w", err)
	}
	return decodeReply([]byte(reply))
}

// Close implements Engine.
func (c *Chromium) Close() error {
	c.page.Close()
	c.server.Close()
	return nil
}

// strict adds the content security policy under which Fovea must work, and keeps the browser from keeping what it fetched: tests
// change files.
func strict(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}
