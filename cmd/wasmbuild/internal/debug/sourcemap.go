package debug

import (
	"encoding/json"
	"go/token"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// sourceMap is a source map as ECMA-426 lays it out. Generated code is one
// line, of which a column is an offset in the module.
type sourceMap struct {
	Version        int      `json:"version"`
	File           string   `json:"file"`
	Sources        []string `json:"sources"`
	SourcesContent []string `json:"sourcesContent"`
	Names          []string `json:"names"` // of functions
	Mappings       string   `json:"mappings"`
}

// SourceMap returns the source map of the module in file. It carries the
// sources, so that nobody has to serve them. Columns are counted in bytes.
func SourceMap(e *wasm.Encoded, fset *token.FileSet, sources map[string][]byte, file string) ([]byte, error) {
	files, names := &index[string]{}, &index[string]{}
	var segments []string
	var last [5]int
	for i := range e.Funcs {
		for _, r := range rows(&e.Funcs[i], fset) {
			next := [5]int{e.Code + r.offset, files.of(r.at.Filename), r.at.Line - 1, r.at.Column - 1, names.of(r.fn)}
			var s strings.Builder
			for i := range next {
				vlq(&s, next[i]-last[i])
			}
			segments = append(segments, s.String())
			last = next
		}
	}
	m := sourceMap{Version: 3, File: file, Sources: files.all, Names: names.all, Mappings: strings.Join(segments, ",")}
	for _, f := range files.all {
		m.SourcesContent = append(m.SourcesContent, string(sources[f]))
	}
	return json.Marshal(m)
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// vlq writes a number in base64 digits of five bits, the sign in the lowest.
func vlq(b *strings.Builder, v int) {
	u := v << 1
	if v < 0 {
		u = -v<<1 | 1
	}
	for u >= 1<<5 {
		b.WriteByte(base64[u&31|1<<5])
		u >>= 5
	}
	b.WriteByte(base64[u])
}

// An index numbers values in the order in which they are first asked for.
type index[T comparable] struct {
	all    []T
	number map[T]int
}

func (x *index[T]) of(v T) int {
	if n, ok := x.number[v]; ok {
		return n
	}
	if x.number == nil {
		x.number = map[T]int{}
	}
	x.number[v] = len(x.all)
	x.all = append(x.all, v)
	return len(x.all) - 1
}
