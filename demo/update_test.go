package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// build is the site with another title, and with a file for later.
func build(t *testing.T, title string) site {
	t.Helper()
	s := openSite(t)
	s.add("/", bytes.Replace(s["/"].plain, []byte("<title>Fovea"), []byte("<title>"+title), 1))
	s.add("/style.css", append(s["/style.css"].plain, "/* "+title+" */"...))
	s.add("/lens/part.js", []byte("// the lens of "+title))
	s.add(workerPath, workerSource(t))
	if err := s.addWorker(); err != nil {
		t.Fatal(err)
	}
	return s
}

func workerSource(t *testing.T) []byte {
	t.Helper()
	source, err := web.ReadFile("web/sw.js")
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// A tab is a page of a server whose site can be exchanged, or be gone.
type tab struct {
	*testing.T
	*browser.Page
	url  string
	site atomic.Pointer[site]
}

func openTab(t *testing.T, s site) *tab {
	t.Helper()
	tab := &tab{T: t}
	tab.site.Store(&s)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s := *tab.site.Load(); s != nil {
			s.ServeHTTP(w, r)
			return
		}
		panic(http.ErrAbortHandler) // the connection ends without an answer
	}))
	t.Cleanup(server.Close)
	tab.url = server.URL
	page, err := browser.Open(t.Context(), browser.Options{})
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	tab.Page = page
	tab.load()
	return tab
}

func (t *tab) load() {
	t.Helper()
	if err := t.Do(chromedp.Navigate(t.url + "/")); err != nil {
		t.Fatal(err)
	}
}

// eval evaluates JS that may await, with until(look), which waits until look gives something and gives that.
func (t *tab) eval(js string) string {
	t.Helper()
	value, err := browser.Eval[string](t.Page, `(async () => {
		const until = (look) => new Promise((done, fail) => {
			const again = async () => (await look()) ? done(look()) : setTimeout(again, 20);
			again();
			setTimeout(() => fail(new Error('still not ' + look)), 30_000);
		});
		`+js+`
	})()`)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

const (
	state  = `return await until(() => document.documentElement.dataset.state === 'ready' && document.documentElement.dataset.offline)`
	title  = `return document.title.split(' ')[0] + ' ' + (await (await fetch('/style.css')).text()).match(/\/\* (\w+) \*\/$/)[1]`
	caches = `return (await caches.keys()).join(' ')`
)

// TestUpdate exchanges the build. The page that is open and the next visit show the old one, whole, until a person takes the
// new one, which then is alone.
func TestUpdate(t *testing.T) {
	tab := openTab(t, build(t, "One"))
	if got := tab.eval(state); got != "kept" {
		t.Fatalf("offline is %q", got)
	}
	first := tab.eval(caches)
	two := build(t, "Two")
	tab.site.Store(&two)
	tab.load()
	if got := tab.eval(title); got != "One One" {
		t.Errorf("the next visit shows %q", got)
	}
	tab.eval(`await until(() => document.documentElement.dataset.offline === 'renewed'); return ''`)
	if said := tab.eval(`return document.querySelector('#notice').innerText`); !strings.Contains(said, "A new version of this page is ready.") {
		t.Errorf("the page says %q", said)
	}
	reloaded := chromedp.WaitReady(chromedp.CSS(`html[data-offline="kept"][data-state="ready"]`)) // it was renewed before
	if err := tab.Do(chromedp.Click(chromedp.CSS("#notice button")), reloaded); err != nil {
		t.Fatal(err)
	}
	if got := tab.eval(title); got != "Two Two" {
		t.Errorf("the new version shows %q", got)
	}
	second := tab.eval(caches)
	if strings.Contains(second, " ") || second == first || first == "" {
		t.Errorf("kept are %q, then %q; want one build each", first, second)
	}
}

// TestHalfAnUpdate serves the new build with a file of the old one, as a server does while it is being renewed. All stays old.
func TestHalfAnUpdate(t *testing.T) {
	tab := openTab(t, build(t, "One"))
	tab.eval(state)
	first := tab.eval(caches)
	half := build(t, "Two")
	half["/style.css"] = (*tab.site.Load())["/style.css"]
	tab.site.Store(&half)
	tab.load()
	tab.eval(`
		const registration = await navigator.serviceWorker.ready;
		const failed = new Promise((done) => registration.addEventListener('updatefound', () => {
			const worker = registration.installing;
			worker.addEventListener('statechange', () => worker.state === 'redundant' && done());
		}));
		await registration.update().catch(() => {});
		await Promise.race([failed, new Promise((_, fail) => setTimeout(() => fail(new Error('it has installed')), 30_000))]);
		return ''`)
	if got := tab.eval(title); got != "One One" {
		t.Errorf("the page shows %q", got)
	}
	if got := tab.eval(caches); got != first {
		t.Errorf("kept are %q, before %q", got, first)
	}
	if shown := tab.eval(`return String(document.querySelector('#notice').hidden)`); shown != "true" {
		t.Errorf("the page says %q", tab.eval(`return document.querySelector('#notice').innerText`))
	}
}

// TestKeptAnswers asks the service worker as a page, or a browser's player, would, with the server and without it.
func TestKeptAnswers(t *testing.T) {
	tab := openTab(t, build(t, "One"))
	tab.eval(state)
	tab.load() // now under the worker
	tab.eval(state)
	ask := func(path, headers string) string {
		t.Helper()
		return tab.eval(`
			const answer = await fetch('` + path + `', { headers: ` + headers + ` }).catch(() => null);
			if (!answer) return 'none';
			const body = await answer.arrayBuffer();
			return [answer.status, body.byteLength, answer.headers.get('Cross-Origin-Embedder-Policy'), answer.headers.get('Content-Type')].join(' ')`)
	}
	const whole = "200 7683308 require-corp application/octet-stream"
	for _, server := range []string{"there", "gone"} {
		for headers, what := range map[string]string{`{}`: "plain", `{ Range: 'bytes=5-9' }`: "a range", `{ 'If-None-Match': '*' }`: "conditional"} {
			if got := ask("/model.safetensors", headers); got != whole {
				t.Errorf("server %s, %s: %s, want %s", server, what, got, whole)
			}
		}
		if got := ask("/lens/part.js", `{}`); got != "200 18 require-corp text/javascript; charset=utf-8" {
			t.Errorf("server %s: the lens is %s", server, got)
		}
		if got, want := ask("/nothing", `{}`), map[string]string{"there": "404 19 require-corp text/plain; charset=utf-8", "gone": "none"}[server]; got != want {
			t.Errorf("server %s: what is not there is %s, want %s", server, got, want)
		}
		var none site
		tab.site.Store(&none)
	}
}
