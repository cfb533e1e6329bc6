package bundle

import (
	"bytes"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fovea-run/fovea/js"
)

// TestReproducible bundles twice and compares.
func TestReproducible(t *testing.T) {
	one, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	two, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(one, two, bytes.Equal) {
		t.Error("two bundles of the same sources differ")
	}
	for _, name := range []string{"fovea.js", "fovea.module.js", "fovea.webgpu.js", "infer-relaxed.wasm", "infer-simd.wasm", "infer-relaxed-threads.wasm"} {
		if len(one[name]) == 0 {
			t.Errorf("no %s among %q", name, slices.Sorted(maps.Keys(one)))
		}
	}
}

// TestStrict looks for what a strict page forbids, what another encoding would garble, and what a script tag has not.
func TestStrict(t *testing.T) {
	code, err := script(js.Files)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(code, []byte(banner+"\nvar fovea=")) {
		t.Errorf("begins with %.100q", code)
	}
	if n := bytes.Count(code, []byte("import(")); n != 1 {
		t.Errorf("loads %d parts of its own, want one: that for WebGPU", n)
	}
	forbidden := regexp.MustCompile(`\beval\(|new Function|createObjectURL|import\.meta|innerHTML|https?://[^gl]|[^\x00-\x7f]`)
	for _, at := range forbidden.FindAllIndex(code, -1) {
		t.Errorf("has %q", code[max(0, at[0]-30):min(len(code), at[1]+30)])
	}
}

// TestModule looks for what a strict page forbids in the ES module.
func TestModule(t *testing.T) {
	code, err := module(js.Files)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(code, []byte(banner+"\n")) || !regexp.MustCompile(`export\{[^}]* as open\b`).Match(code) {
		t.Errorf("begins with %.100q, ends with %q", code, code[max(0, len(code)-100):])
	}
	forbidden := regexp.MustCompile(`\beval\(|new Function|createObjectURL|innerHTML|https?://[^gl]|from"|currentScript`)
	for _, at := range forbidden.FindAllIndex(code, -1) {
		t.Errorf("has %q", code[max(0, at[0]-30):min(len(code), at[1]+30)])
	}
}

// TestWebGPU looks for what the part for WebGPU would have twice: in the page beside it there would be errors, say, that are no
// FoveaErrors.
func TestWebGPU(t *testing.T) {
	code, err := webgpu(js.Files)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`export\{\w+ as Device\};\n$`).Match(code) {
		t.Errorf("ends with %.100q", code[max(0, len(code)-100):])
	}
	names, err := fs.Glob(js.Files, "webgpu/*.js")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d modules, error %v", len(names), err)
	}
	outside := regexp.MustCompile(`(?m)^(import|export) .*'\.\./.*$`)
	for _, name := range names {
		source, err := fs.ReadFile(js.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range outside.FindAll(source, -1) {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// TestFaults asks for the place of what is wrong in a module.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"syntax":  {"const a = ;", "js/script.js:1:10: Unexpected"},
		"missing": {"import './nowhere.js';", "nowhere.js: file does not exist"},
		"bare":    {"import 'left-pad';", `js/script.js:1:7: Could not resolve "left-pad"`},
		"name":    {"import { a } from './other.js'; a();", `js/script.js:1:9: Import "a" will always be undefined`},
	} {
		_, err := script(fstest.MapFS{"script.js": {Data: []byte(c.source)}, "other.js": {}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}
