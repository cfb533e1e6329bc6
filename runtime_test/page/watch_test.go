package page

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// A watch notes what a page asks the network for and what it complains about.
type watch struct {
	mu         sync.Mutex
	asked      []string // URLs, as the page's own requests and as all of the browser's seen by the proxy
	complaints []string // errors and warnings in the console, uncaught exceptions, violations of the policy
}

// event is a [browser.Options.Events].
func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, ev.Request.URL)
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, fmt.Sprint("uncaught: ", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			w.complaints = append(w.complaints, fmt.Sprintf("console.%s: %s", ev.Type, ev.Args[0].Value))
		}
	case *log.EventEntryAdded:
		if ev.Entry.Text == "No available adapters." {
			return // Chromium's answer to the question whether there is WebGPU
		}
		if ev.Entry.Level == log.EntryLevelError || ev.Entry.Level == log.EntryLevelWarning {
			w.complaints = append(w.complaints, fmt.Sprintf("%s: %s", ev.Entry.Source, ev.Entry.Text))
		}
	}
}

// proxy is the browser's proxy. Every request of the browser comes here, those of workers too; only the demo's are carried
// out.
func (w *watch) proxy(origin string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, r.URL.String())
		w.mu.Unlock()
		if r.Method == http.MethodConnect || !strings.HasPrefix(r.URL.String(), origin) {
			http.Error(out, "not the demo's", http.StatusForbidden)
			return
		}
		r.RequestURI = ""
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(out, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		for name, values := range answer.Header {
			out.Header()[name] = values
		}
		out.WriteHeader(answer.StatusCode)
		io.Copy(out, answer.Body) // what fails here fails in the page
	}
}

// strangers returns the requests that did not go to origin.
func (w *watch) strangers(origin string) (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, asked := range w.asked {
		u, err := url.Parse(asked)
		if err != nil || u.Scheme != "data" && u.Scheme != "about" && !strings.HasPrefix(asked, origin+"/") {
			all = append(all, asked)
		}
	}
	return all
}

// takeComplaints returns what was complained about since the last call.
func (w *watch) takeComplaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.complaints
	w.complaints = nil
	return c
}

// all returns the URLs asked for so far.
func (w *watch) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// requests returns how many requests were seen.
func (w *watch) requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}
