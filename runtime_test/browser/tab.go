package browser

import (
	"context"

	"github.com/chromedp/chromedp"
)

// A Tab is a page of any browser.
type Tab interface {
	Navigate(url string) error
	Eval(js string) (string, error) // awaits a promise
	Close() error
}

// Chromium is a [Page] as a Tab.
type Chromium struct{ *Page }

// OpenChromium is [Open] for a Tab.
func OpenChromium(ctx context.Context, o Options) (Tab, error) {
	p, err := Open(ctx, o)
	return Chromium{p}, err
}

// Navigate opens a URL and waits until the page is loaded.
func (c Chromium) Navigate(url string) error { return c.Do(chromedp.Navigate(url)) }

// Eval evaluates a JS expression, awaits it if it is a promise, and returns the string that it gives.
func (c Chromium) Eval(js string) (string, error) { return Eval[string](c.Page, js) }

// Close ends the browser.
func (c Chromium) Close() error {
	c.Page.Close()
	return nil
}
