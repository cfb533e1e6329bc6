// Package browser starts browsers for tests and benchmarks: headless Chromium, Firefox and WebKit.
package browser

import (
	"context"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// flags make Chromium start as root in a sandbox, without a screen, and without a word of its own to the network.
var flags = []chromedp.ExecAllocatorOption{
	chromedp.NoFirstRun,
	chromedp.NoDefaultBrowserCheck,
	chromedp.Headless,
	chromedp.NoSandbox,
	chromedp.DisableGPU,
	chromedp.Flag("disable-quic", true),
	chromedp.Flag("disable-background-networking", true),
	chromedp.Flag("disable-component-update", true),
	chromedp.Flag("disable-sync", true),
	chromedp.Flag("disable-default-apps", true),
	chromedp.Flag("disable-extensions", true),
	chromedp.Flag("disable-dev-shm-usage", true),
	chromedp.Flag("disable-background-timer-throttling", true),
	chromedp.Flag("disable-renderer-backgrounding", true),
	chromedp.Flag("password-store", "basic"),
	chromedp.Flag("disable-features", "AutofillServerCommunication,OptimizationHints,MediaRouter"),
	chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	chromedp.WindowSize(1280, 900),
}

// NotInstalled is the error of opening a browser on a machine that lacks a program for it.
type NotInstalled struct {
	What    string
	Package string // of Debian, that has it
}

func (n NotInstalled) Error() string {
	return n.What + " is not installed; run: apt-get install " + n.Package
}

// Options of Open; the zero value is a plain browser.
type Options struct {
	Proxy  string       // host:port of a proxy for every request of the page and its workers, those to this machine too
	Events func(ev any) // called with each protocol event of the page; must return fast
	WebGPU bool         // let pages have WebGPU, on a software adapter where there is no other
}

// A Page is one tab of a browser of its own, with a fresh profile.
type Page struct {
	ctx    context.Context
	cancel []context.CancelFunc
}

// Open starts a browser with an empty page.
func Open(ctx context.Context, o Options) (*Page, error) {
	path, err := find(NotInstalled{"Chromium", "chromium"}, "chromium", "chromium-browser", "google-chrome")
	if err != nil {
		return nil, err
	}
	all := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Flag("enable-unsafe-webgpu", o.WebGPU)}, flags...)
	alloc, stop := chromedp.NewExecAllocator(ctx, all...)
	whole, end := chromedp.NewContext(alloc)
	p := &Page{cancel: []context.CancelFunc{end, stop}}
	// The context of the first call is the browser's life, so that it has no timeout.
	if err := chromedp.Do(whole); err != nil {
		p.Close()
		return nil, err
	}
	tab, shut := chromedp.NewContext(whole, o.tab()...)
	p.ctx, p.cancel = tab, append([]context.CancelFunc{shut}, p.cancel...)
	if err := chromedp.Do(tab); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// tab puts the page into a browser context of its own, which has the proxy: what the browser asks for by itself does not go
// there.
func (o Options) tab() (all []chromedp.ContextOption) {
	if o.Proxy != "" {
		all = append(all, chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
			p.ProxyServer, p.ProxyBypassList = o.Proxy, "<-loopback>" // the exception of this machine is taken away
		}))
	}
	if o.Events != nil {
		all = append(all, chromedp.WithListener(o.Events))
	}
	return all
}

// find returns the path of the first program that is there, by one of the names under which distributions install it.
func find(missing NotInstalled, names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", missing
}

// patience is how long one call waits for the page: far more than any needs, so that a page that never gets ready fails a test.
const patience = 2 * time.Minute

// Do runs steps in the page.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Get runs an action in the page and returns its value.
func Get[T any](p *Page, a chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, a)
}

// Eval evaluates a JS expression in the page and awaits it if it is a promise.
func Eval[T any](p *Page, js string) (T, error) {
	return Get(p, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// Call runs a command of the protocol on the page.
func Call[P, R any](p *Page, cmd cdp.Command[P, R], params P) (R, error) {
	return Get(p, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, cmd, params) })
}

// Close ends the browser and removes its profile.
func (p *Page) Close() {
	for _, f := range p.cancel {
		f()
	}
}
