// Package page tests the demo as a person uses it: the built program, its page in headless Chromium, and its terminal command.
package page

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// build compiles the demo once.
var build = sync.OnceValues(func() (string, error) {
	scratch, err := engine.Scratch()
	if err != nil {
		return "", err
	}
	path := filepath.Join(scratch, "test-demo")
	cmd := exec.Command("go", "build", "-o", path, "./demo")
	cmd.Dir = engine.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./demo: %w\n%s", err, out)
	}
	return path, nil
})

// serve starts the demo on a free port and returns its origin, and a function that ends it before the test does.
func serve(t *testing.T) (origin string, stop func()) {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-addr", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Error("demo:", err)
		}
	})
	t.Cleanup(stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http://127.0.0.1:") {
		t.Fatalf("the demo printed %q (%v), want its address", line, err)
	}
	return strings.TrimRight(line, "/\n"), stop
}

// A visit is a person at the demo's page.
type visit struct {
	*testing.T
	*browser.Page
	watch  *watch
	origin string
}

// open visits the demo and waits until it has read the article. When the test ends, nothing may have gone to anyone but the demo.
func open(t *testing.T) *visit {
	t.Helper()
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	proxy := httptest.NewServer(v.watch.proxy(v.origin))
	t.Cleanup(proxy.Close)
	v.Page = start(t, browser.Options{Proxy: proxy.Listener.Addr().String(), Events: v.watch.event})
	t.Cleanup(func() {
		v.Page.Close()
		if v.watch.requests() < 10 {
			t.Errorf("%d requests seen, want at least those of the page's files", v.watch.requests())
		}
		for _, stranger := range v.watch.strangers(v.origin) {
			t.Error("a request left: ", stranger)
		}
		for _, complaint := range v.watch.takeComplaints() {
			t.Error("the page complained: ", complaint)
		}
	})
	v.must(chromedp.Navigate(v.origin + "/"))
	v.settle("d.state === 'ready'")
	return v
}

// start opens a browser, or skips the test where there is none.
func start(t *testing.T, o browser.Options) *browser.Page {
	t.Helper()
	page, err := browser.Open(t.Context(), o)
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func (v *visit) must(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := v.Do(steps...); err != nil {
		v.Fatal(err)
	}
}

// settle waits until the page says, in its dataset d, that condition holds or that it is in error.
func (v *visit) settle(condition string) (state string) {
	v.Helper()
	state, err := browser.Eval[string](v.Page, `new Promise((done) => {
		const root = document.documentElement, d = root.dataset;
		const see = () => {
			if (!(`+condition+`) && d.state !== 'error') return;
			watcher.disconnect();
			done(d.state);
		};
		const watcher = new MutationObserver(see);
		watcher.observe(root, { attributes: true });
		see();
	})`)
	if err != nil {
		v.Fatalf("waiting for %s: %v", condition, err)
	}
	return state
}

// get evaluates JS in the page.
func get[T any](v *visit, js string) T {
	v.Helper()
	value, err := browser.Eval[T](v.Page, js)
	if err != nil {
		v.Fatalf("%s: %v", js, err)
	}
	return value
}

// ask types a query and waits for its answer: the sentences found, best first.
func (v *visit) ask(query string) []string {
	v.Helper()
	v.must(chromedp.Evaluate[chromedp.Void](`document.querySelector('#query').select()`), chromedp.SendKeys(chromedp.CSS("#query"), query))
	v.settle("d.state === 'ready' && new URLSearchParams(location.hash.slice(1)).get('q') === " + strconv.Quote(query))
	return v.found()
}

func (v *visit) found() []string {
	v.Helper()
	return get[[]string](v, `[...document.querySelectorAll('#ranked button[data-sentence]')].map((b) => b.lastElementChild.firstChild.textContent)`)
}

// shoot saves what the page looks like for people to look at.
func (v *visit) shoot(name string) {
	v.Helper()
	png, err := browser.Get(v.Page, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(engine.Root(), ".build", name+".png"), png, 0o666)
	}
	if err != nil {
		v.Fatal(err)
	}
}

// A marked query has the beginnings of the sentences that a person marked as its answers.
type marked struct {
	Query    string
	Relevant []string
}

func markedQueries(t *testing.T) (all []marked) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(engine.Root(), "demo/testdata/queries.json"))
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// hits counts the sentences that a person marked.
func (m marked) hits(sentences []string) (n int) {
	for _, s := range sentences {
		for _, beginning := range m.Relevant {
			if strings.HasPrefix(s, beginning) {
				n++
			}
		}
	}
	return n
}
