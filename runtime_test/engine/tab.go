package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// A page runs cases in a browser's tab, which computes in the bridge's worker.
type page struct {
	server *httptest.Server
	tab    browser.Tab
}

// start serves the repository to a new tab, under the strict policy that the bridge promises to work with.
func (p *page) start(ctx context.Context, config Config, open func(context.Context) (browser.Tab, error)) (err error) {
	if p.tab, err = open(ctx); err != nil {
		return err
	}
	site := strict(http.FileServer(http.Dir(Root())))
	if config.Threads > 1 {
		site = Isolated(site)
	}
	p.server = httptest.NewServer(site)
	if err = p.load(p.server.URL+"/runtime_test/runner/", config); err != nil {
		p.Close()
	}
	return err
}

// load opens the runner's page and waits for its script, which WebKit may still be fetching after the page.
func (p *page) load(folder string, config Config) error {
	if err := p.tab.Navigate(folder + "page.html?options=" + url.QueryEscape(config.options())); err != nil {
		return err
	}
	_, err := p.tab.Eval(fmt.Sprintf("import(%q).then(() => 'ready')", folder+"page.js"))
	return err
}

// Run implements Engine.
func (p *page) Run(_ context.Context, c Case) (Result, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return Result{}, err
	}
	reply, err := p.tab.Eval(fmt.Sprintf("answer(%s)", b))
	if err != nil {
		return Result{}, err
	}
	return decodeReply([]byte(reply))
}

// Close implements Engine.
func (p *page) Close() error {
	err := p.tab.Close()
	p.server.Close()
	return err
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

// Isolated adds the headers that give a page shared memory.
func Isolated(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.ServeHTTP(w, r)
	})
}
