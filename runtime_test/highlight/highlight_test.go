// Package highlight tests js/highlight.js in a page of every kind of markup.
package highlight

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/js"
	"github.com/fovea-run/fovea/runtime_test/browser"
)

func TestHighlight(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/js/", http.StripPrefix("/js/", http.FileServerFS(js.Files)))
	mux.Handle("/", http.FileServerFS(os.DirFS("testdata")))
	server := httptest.NewServer(mux)
	defer server.Close()

	page, err := browser.Open(t.Context(), browser.Options{})
	var missing browser.NotInstalled
	if errors.As(err, &missing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	if err := page.Do(chromedp.Navigate(server.URL + "/page.html")); err != nil {
		t.Fatal(err)
	}
	outcome, err := browser.Eval[struct {
		Tests    int
		Failures []string
	}](page, `new Promise((done, fail) => {
		const look = () => globalThis.outcome ? done(outcome) : setTimeout(look, 10);
		look();
		setTimeout(() => fail(new Error('test.js does not finish')), 30000);
	})`)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Tests != 10 {
		t.Errorf("%d tests ran, want 10", outcome.Tests)
	}
	for _, f := range outcome.Failures {
		t.Error(f)
	}
}
