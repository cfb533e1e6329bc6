// Package tag tests the script tag as the owner of a site uses it: the README's snippet in an ordinary page, with the files that
// wasmbuild writes, in every browser.
package tag

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// policy is the strict one under which the tag must work.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'"

// files is the folder that `wasmbuild js` writes, made once.
var files = sync.OnceValues(func() (string, error) {
	scratch, err := engine.Scratch()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(scratch, "test-tag")
	cmd := exec.Command("go", "run", "./cmd/wasmbuild", "js", "-o", dir)
	cmd.Dir = engine.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("wasmbuild js: %w\n%s", err, out)
	}
	return dir, nil
})

// snippet is the first piece of HTML in the README's chapter about pages.
func snippet(t *testing.T) string { return example(t, "html") }

// example is the first piece of code in a language in the README's chapter about pages.
func example(t *testing.T, language string) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(engine.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(readme), "\n## In your page\n")
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(chapter)
	if found == nil {
		t.Fatalf("the README has no piece of %s in its chapter “In your page”", language)
	}
	return found[1]
}

// A site serves one page and what wasmbuild wrote, and notes what is asked for.
type site struct {
	*httptest.Server
	page    string                      // HTML
	headers map[string]string           // of every answer; instead of the policy if it is among them
	ofPage  map[string]string           // headers of the page only
	gone    string                      // the end of paths that are not found
	damage  func(r *http.Request) int64 // of how many bytes an answer is, 0: whole
	mux     *http.ServeMux

	mu        sync.Mutex
	asked     []string // paths
	strangers []string // what a browser that has the site as its proxy asks others for
}

func serve(t *testing.T, page string) *site {
	t.Helper()
	dir, err := files()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s := &site{page: page, mux: mux}
	mux.Handle("/fovea/", http.StripPrefix("/fovea/", http.FileServer(http.Dir(dir))))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		for name, value := range s.ofPage {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, s.page)
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.note(r) {
			http.Error(w, "another site's", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		for name, value := range s.headers {
			w.Header().Set(name, value)
		}
		if s.gone != "" && strings.HasSuffix(r.URL.Path, s.gone) {
			http.NotFound(w, r)
			return
		}
		if s.damage != nil {
			if n := s.damage(r); n > 0 {
				w = &shortened{w, n}
			}
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// shortened writes the first bytes of an answer only.
type shortened struct {
	http.ResponseWriter
	left int64
}

func (s *shortened) WriteHeader(status int) {
	s.Header().Set("Content-Length", fmt.Sprint(s.left))
	s.ResponseWriter.WriteHeader(status)
}

func (s *shortened) Write(p []byte) (int, error) {
	n := min(s.left, int64(len(p)))
	s.left -= n
	if _, err := s.ResponseWriter.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// note writes a request down and reports whether it is for this site.
func (s *site) note(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if "http://"+r.Host != s.URL || r.Method == http.MethodConnect {
		s.strangers = append(s.strangers, r.Method+" "+r.URL.String())
		return false
	}
	s.asked = append(s.asked, r.URL.Path)
	return true
}

// paths returns what was asked for so far.
func (s *site) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// article is an ordinary page around some paragraphs of the demo's article and what else stands in its body.
func article(t *testing.T, more string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(engine.Root(), "demo/article/opticks.txt"))
	if err != nil {
		t.Fatal(err)
	}
	paragraphs := strings.Split(strings.TrimSpace(string(text)), "\n\n")[:4]
	return "<!doctype html><html lang=en><title>A page</title><h1>An ordinary page</h1>\n<article><p>" +
		strings.Join(paragraphs, "</p>\n<p>") + "</p></article>\n" + more
}

var browsers = []struct {
	name string
	open func(context.Context) (browser.Tab, error)
}{
	{"Chromium", openChromium},
	{"Firefox", func(ctx context.Context) (browser.Tab, error) { return browser.OpenFirefox(ctx, browser.Options{}) }},
	{"WebKit", func(ctx context.Context) (browser.Tab, error) { return browser.OpenWebKit(ctx) }},
}

func openChromium(ctx context.Context) (browser.Tab, error) {
	return browser.OpenChromium(ctx, browser.Options{})
}

// start opens a browser, or skips the test where it is not installed.
func start(t *testing.T, open func(context.Context) (browser.Tab, error)) browser.Tab {
	t.Helper()
	b, err := open(t.Context())
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error("Close:", err)
		}
	})
	return b
}

// visit opens a site's page.
func visit(t *testing.T, b browser.Tab, s *site) {
	t.Helper()
	if err := b.Navigate(s.URL + "/"); err != nil {
		t.Fatal(err)
	}
}

// eval evaluates JS with these at hand: control(), the promise of the element; settle(state), which waits until it is in that
// state or in error and gives the state; type(query); highlighted(), the text that is.
func eval(t *testing.T, b browser.Tab, js string) string {
	t.Helper()
	value, err := b.Eval(`(async () => {
		const until = (look) => new Promise((done, fail) => {
			const again = () => look() ? done(look()) : setTimeout(again, 20);
			again();
			setTimeout(() => fail(new Error('still not ' + look)), 30_000);
		});
		const control = () => until(() => document.querySelector('fovea-focus[state]'));
		const settle = async (...states) => {
			const element = await control();
			return until(() => [...states, 'error'].find((s) => s === element.getAttribute('state')));
		};
		const part = async (selector) => (await control()).shadowRoot.querySelector(selector);
		const type = async (query) => {
			const field = await part('#query');
			field.focus();
			field.value = query;
			field.dispatchEvent(new Event('input', { bubbles: true }));
		};
		const highlighted = async () => {
			if (document.querySelector('fovea-marks')) return boxed();
			if (!CSS.highlights) return '';
			const ranges = [...CSS.highlights].filter(([name]) => /-[012]$/.test(name)).flatMap(([, ranges]) => [...ranges]);
			ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
			return ranges.map(String).join(' ').replace(/\s+/g, ' ');
		};
		// The words that have a box over them, screen by screen: boxes are drawn of what is in view.
		const boxed = async () => {
			const words = [];
			const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
			while (walker.nextNode()) {
				for (const { 0: word, index } of walker.currentNode.data.matchAll(/\S+/g)) {
					const range = document.createRange();
					range.setStart(walker.currentNode, index);
					range.setEnd(walker.currentNode, index + word.length);
					words.push({ word, range, marked: false });
				}
			}
			const at = scrollY;
			for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
				scrollTo({ top: y, behavior: 'instant' });
				await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
				const boxes = [...document.querySelectorAll('fovea-mark')].filter((b) => /-[012]$/.test(b.className)).map((b) => b.getBoundingClientRect());
				for (const w of words) {
					const r = w.range.getBoundingClientRect();
					const [x, mid] = [r.x + r.width / 2, r.y + r.height / 2];
					w.marked ||= r.width > 0 && boxes.some((b) => b.left <= x && x <= b.right && b.top <= mid && mid <= b.bottom);
				}
			}
			scrollTo({ top: at, behavior: 'instant' });
			return words.filter((w) => w.marked).map((w) => w.word).join(' ');
		};
		` + js + `
	})()`)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
