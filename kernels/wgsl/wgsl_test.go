package wgsl

import (
	"bytes"
	"compress/gzip"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAssemble(t *testing.T) {
	files := fstest.MapFS{
		"a.wgsl": {Data: []byte("//#include b.wgsl\n  one; // said\n\n//#if x\n//#if y\nxy;\n//#else\nx;\n//#end\n//#else\nnone;\n//#end\n" +
			"//#repeat i 2\n//#repeat j 2\nv$i$j;\n//#end\n//#end\n")},
		"b.wgsl": {Data: []byte("//#if y\nb;\n//#end\n")},
	}
	for defined, want := range map[string]string{
		"":    "\none;\nnone;\nv00;\nv01;\nv10;\nv11;",
		"y":   "b;\none;\nnone;\nv00;\nv01;\nv10;\nv11;",
		"x":   "\none;\nx;\nv00;\nv01;\nv10;\nv11;",
		"x y": "b;\none;\nxy;\nv00;\nv01;\nv10;\nv11;",
	} {
		got, err := assemble(files, "a.wgsl", strings.Fields(defined))
		if err != nil || got != want {
			t.Errorf("with %q: %q, %v, want %q", defined, got, err, want)
		}
	}
}

func TestAssembleErrors(t *testing.T) {
	for text, want := range map[string]string{
		"//#if x\n":                   "f.wgsl:2: if without end",
		"a\n//#end\n":                 "f.wgsl:2: end without its start",
		"//#else\n":                   "f.wgsl:1: else without its start",
		"//#if x\n//#else\n//#else\n": "f.wgsl:3: if without end",
		"//#repeat i 2\n":             "f.wgsl:2: repeat without end",
		"//#repeat i 2\n//#else\n":    "f.wgsl:2: repeat without end",
		"//#repeat i n\n//#end\n":     `f.wgsl:1: unknown directive repeat ["i" "n"]`,
		"//#if\n//#end\n":             "f.wgsl:1: unknown directive if []",
		"//#ifdef x\n":                `f.wgsl:1: unknown directive ifdef ["x"]`,
		"//#include g.wgsl\n":         "open g.wgsl: file does not exist",
	} {
		_, err := assemble(fstest.MapFS{"f.wgsl": {Data: []byte(text)}}, "f.wgsl", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

var directives = regexp.MustCompile(`//|\$\w`)

// TestVariants checks that every adapter finds a variant of every kernel, and
// that no directive is left.
func TestVariants(t *testing.T) {
	all, err := Assemble()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		for i, v := range k.Variants {
			if left := directives.FindString(v.Source); left != "" || !strings.Contains(v.Source, "fn main(") {
				t.Errorf("%s %v: %q is left in it, or it has no main", k.Name, v.Features, left)
			}
			if i > 0 && len(v.Features) > len(k.Variants[i-1].Features) {
				t.Errorf("%s: %v comes after %v, which has fewer", k.Name, v.Features, k.Variants[i-1].Features)
			}
		}
		if last := k.Variants[len(k.Variants)-1]; len(last.Features) != 0 {
			t.Errorf("%s: the last variant needs %v, want one that needs nothing", k.Name, last.Features)
		}
	}
}

// TestSize holds the data file within what a page may load for WebGPU.
func TestSize(t *testing.T) {
	data, _, err := Data()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	w.Write(data)
	w.Close()
	t.Logf("%d bytes, %d gzipped", len(data), b.Len())
	if b.Len() > 32<<10 {
		t.Errorf("%d bytes gzipped, want at most %d", b.Len(), 32<<10)
	}
}
