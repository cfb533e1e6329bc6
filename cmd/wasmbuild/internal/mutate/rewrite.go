package main

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The switch is a package that exists in the overlay only.
const (
	switchPath = "github.com/fovea-run/fovea/internal/mutant"
	switchFile = "internal/mutant/mutant.go"
)

//go:embed switch.go.txt
var switchSource string

// overlay writes the sources with all mutants in them to dir, and the file
// that gives them to `go -overlay`, whose name it returns.
func overlay(root, dir string, mutants []*mutant) (string, error) {
	wraps := map[*source][]numbered{}
	for _, m := range mutants {
		for _, w := range m.wraps {
			wraps[w.file] = append(wraps[w.file], numbered{w, m.id})
		}
	}
	texts := map[string]string{filepath.Join(root, switchFile): switchSource}
	for s, ws := range wraps {
		texts[s.path] = s.rewrite(ws)
	}
	replace := map[string]string{}
	for path, text := range texts {
		to := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[path] = to
	}
	name := filepath.Join(dir, "overlay.json")
	file, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	return name, os.WriteFile(name, file, 0o600)
}

type numbered struct {
	wrap
	id int
}

// An insertion is text to be put in at an offset. Those at the same offset
// are sorted by rank: what ends there comes before what starts there, of ends
// the inner first, of starts the outer.
type insertion struct {
	at   int
	rank [3]int
	text string
}

func (s *source) rewrite(ws []numbered) string {
	ins := []insertion{{at: s.offset(s.ast.Name.End()), text: "; import " + fmt.Sprintf("%q", switchPath)}}
	for _, w := range ws {
		number := func(text string) string { return strings.ReplaceAll(text, "%d", fmt.Sprint(w.id)) }
		ins = append(ins,
			insertion{w.start, [3]int{1, -w.end, w.id}, number(w.prefix)},
			insertion{w.end, [3]int{0, -w.start, -w.id}, number(w.suffix)})
	}
	slices.SortFunc(ins, func(a, b insertion) int {
		return cmp.Or(a.at-b.at, slices.Compare(a.rank[:], b.rank[:]))
	})
	var b strings.Builder
	last := 0
	for _, i := range ins {
		b.Write(s.src[last:i.at])
		b.WriteString(i.text)
		last = i.at
	}
	b.Write(s.src[last:])
	return b.String()
}
