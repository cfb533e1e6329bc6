package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fovea-run/fovea/demo/worker/api"
	"github.com/fovea-run/fovea/demo/worker/workerd"
)

// houses is a text of n sentences that differ.
func houses(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "House %d has %d cats. ", i, i*7)
	}
	return b.String()
}

// A client that has gone holds up nobody: others are answered while its text is read, and the reading stops.
func TestGone(t *testing.T) {
	const sentences, batches = 1200, 75 // 16 sentences a run
	config := configure(t, nil)
	config.Modules = slices.Insert(config.Modules, 0, workerd.Module{Name: "counting.js", Path: "testdata/counting.js"})
	url := start(t, config).URL
	runs := func() (n int) {
		t.Helper()
		res, text, err := send(t.Context(), http.DefaultClient, url, request{method: "GET", path: "/runs"})
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("%v %s", err, text)
		}
		if err := json.Unmarshal(text, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := ask[focused](ctx, leaving(), url, focusing(asJSON(map[string]any{"text": houses(sentences), "query": "cats"})))
		gone <- err
	}()
	for runs() < 3 { // answered in between: a text that is read in one go has none or all
		select {
		case err := <-gone:
			t.Fatalf("ended after %d runs: %v", runs(), err)
		default:
		}
	}
	leave()
	if err := <-gone; err == nil {
		t.Fatal("answered before the client left")
	}
	one := embedding(`{"texts": ["light"]}`)
	for limit := time.Now().Add(time.Minute); ; {
		before := runs()
		if _, err := ask[embedded](t.Context(), http.DefaultClient, url, one); err != nil {
			t.Fatal(err)
		}
		after := runs()
		if after-before == 1 { // that of this text
			t.Logf("%d runs of %d", after, batches)
			if after >= batches {
				t.Errorf("%d runs: the text was read to its end", after)
			}
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d runs, and more with each look", after)
		}
	}
}

// leaving is a client whose connections are cut, not closed, when it leaves: a server that has sent nothing yet can tell that from
// one that only has nothing more to say.
func leaving() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = errors.Join(err, tcp.SetLinger(0))
		}
		return conn, err
	}}}
}

// A job computes a batch a step, and nothing once it is stopped.
func TestJob(t *testing.T) {
	a := newNative(t).api
	h := api.Head{Method: "POST", Path: "/v1/focus"}
	body := []byte(asJSON(map[string]any{"text": houses(100), "query": "cats"}))
	steps := 0
	job := a.Begin(t.Context(), h, body)
	for ; job.Step() == nil; steps++ {
	}
	if steps != 6 { // pauses between 7 batches
		t.Errorf("%d pauses while 100 sentences are read, want 6", steps)
	}
	job.Stop()
	stopped := a.Begin(t.Context(), h, body)
	for range 2 {
		if r := stopped.Step(); r != nil {
			t.Fatalf("answered at once: %s", r.Body)
		}
	}
	stopped.Stop()
	stopped.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	job = a.Begin(ctx, h, body)
	job.Step()
	cancel()
	if r := job.Finish(); r.Status != 499 || r.Broken {
		t.Errorf("status %d, broken %v, want 499 of a sound runtime", r.Status, r.Broken)
	}
}
