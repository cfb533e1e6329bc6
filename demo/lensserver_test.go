package main

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestLensIsBuiltOnce asks for the lens while it fails to build, and again.
func TestLensIsBuiltOnce(t *testing.T) {
	builds := 0
	l := &lensServer{site: openSite(t), build: func() (site, error) {
		if builds++; builds == 1 {
			return nil, errors.New("no go command")
		}
		s := site{}
		s.add(lensProgram, []byte("a program"))
		s.add(lensStarter, []byte("a script"))
		return s, nil
	}}
	ask := func(path string, want int) string {
		t.Helper()
		w := httptest.NewRecorder()
		l.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want || w.Header().Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %d, want %d, with the policy", path, w.Code, want)
		}
		return w.Body.String()
	}
	ask("/", 200)
	ask(lensPrefix, 200)
	if builds != 0 {
		t.Errorf("it is built %d times before anyone asks", builds)
	}
	if said := ask(lensProgram, 503); !strings.Contains(said, "no go command") {
		t.Errorf("a failure says %q", said)
	}
	if got := ask(lensProgram, 200); got != "a program" {
		t.Errorf("the program is %q", got)
	}
	ask(lensStarter, 200)
	if builds != 2 {
		t.Errorf("it is built %d times, want a failure and a success", builds)
	}
}

// TestWasmExec asks for the script of the Go distribution.
func TestWasmExec(t *testing.T) {
	script, err := wasmExec(t.Context())
	if err != nil || !strings.Contains(string(script), "globalThis.Go = class") {
		t.Errorf("%.80q, %v", script, err)
	}
}
