// Package reduce makes a program that differs between its native and its
// compiled run small, so that one can see why.
package reduce

import (
	"context"
	"fmt"
	"go/format"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/differ"
)

// A Reducer makes programs small.
type Reducer struct {
	Dir     string // that it may fill and empty
	Simd128 *types.Package
	Build   differ.Options
	Seed    uint64 // of arguments
	Times   int    // that a program is run
	Log     func(format string, args ...any)
}

// batch is the number of variants that are built at once.
const batch = 150

// Program returns the smallest source found in which the function name, and
// its export, still differs. With an error it is the smallest so far.
func (r *Reducer) Program(ctx context.Context, text, name string) (string, error) {
	s, _, err := parse(text, r.Simd128)
	if err != nil {
		return "", fmt.Errorf("reduce: %w", err)
	}
	for {
		variants, err := r.round(ctx, s, name)
		if err != nil {
			return s.text, err
		}
		if len(variants) == 0 {
			break
		}
		s = variants[0]
		r.Log("reduced to %d bytes", len(s.text))
	}
	formatted, err := format.Source([]byte(s.text))
	return string(formatted), err
}

// A variant is a source after edits.
type variant struct {
	edits []edit
	*source
}

// round returns the variants of s that still differ, the smallest first.
func (r *Reducer) round(ctx context.Context, s *source, name string) ([]*source, error) {
	if text := s.reached(name); len(strings.TrimSpace(text)) < len(strings.TrimSpace(s.text)) {
		t, _, err := parse(text, r.Simd128)
		if err != nil {
			return nil, fmt.Errorf("reduce: %w", err)
		}
		return []*source{t}, nil
	}
	all := s.edits()
	sort.SliceStable(all, func(i, j int) bool { return saved(all[i]) > saved(all[j]) })
	var found []variant
	for from := 0; from < len(all) && len(found) < 4; {
		var some []variant
		for ; from < len(all) && len(some) < batch; from++ {
			if v, ok := r.variant(s, all[from], name); ok {
				some = append(some, v)
			}
		}
		failing, err := r.differing(ctx, some, name)
		if err != nil {
			return nil, err
		}
		found = append(found, failing...)
	}
	merged, err := r.differing(ctx, r.merged(s, found, name), name)
	if err != nil {
		return nil, err
	}
	var sources []*source
	for _, v := range append(merged, found...) {
		if len(v.text) < len(s.text) {
			sources = append(sources, v.source)
		}
	}
	sort.SliceStable(sources, func(i, j int) bool { return len(sources[i].text) < len(sources[j].text) })
	return sources, nil
}

func saved(edits []edit) int {
	n := 0
	for _, e := range edits {
		n += e.to - e.from - len(e.text)
	}
	return n
}

// variant applies edits if that gives a smaller program. Variables that are
// then unused are used where the first edit is.
func (r *Reducer) variant(s *source, edits []edit, name string) (variant, bool) {
	if saved(edits) <= 0 {
		return variant{}, false
	}
	v, unused, err := parse(apply(s.text, edits), r.Simd128)
	if len(unused) > 0 {
		edits = append([]edit(nil), edits...)
		for _, x := range unused {
			edits[0].text += "\n_ = " + x + "\n"
		}
		v, _, err = parse(apply(s.text, edits), r.Simd128)
	}
	if err != nil || saved(edits) <= 0 || v.pkg.Scope().Lookup(name) == nil {
		return variant{}, false
	}
	return variant{edits, v}, true
}

// merged applies as many edits together as do not overlap: all, half, and so
// on.
func (r *Reducer) merged(s *source, found []variant, name string) []variant {
	var list []variant
	for n := len(found); n > 1; n /= 2 {
		var edits []edit
		for _, v := range found[:n] {
			if !overlap(edits, v.edits) {
				edits = append(edits, v.edits...)
			}
		}
		if v, ok := r.variant(s, edits, name); ok {
			list = append(list, v)
		}
	}
	return list
}

func overlap(a, b []edit) bool {
	for _, x := range a {
		for _, y := range b {
			if x.from < y.to && y.from < x.to {
				return true
			}
		}
	}
	return false
}

// differing returns the variants that differ between their two builds.
func (r *Reducer) differing(ctx context.Context, variants []variant, name string) ([]variant, error) {
	if len(variants) == 0 {
		return nil, nil
	}
	if err := os.RemoveAll(r.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(r.Dir)
	for i, v := range variants {
		text := v.suffixed(fmt.Sprintf("_%d", i))
		if err := os.WriteFile(filepath.Join(r.Dir, fmt.Sprintf("variant%d.go", i)), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	k, err := differ.Build(ctx, r.Dir, r.Build)
	if err != nil {
		return nil, err
	}
	defer k.Close(ctx)
	result, err := k.Compare(ctx, r.Seed, r.Times)
	if err != nil {
		return nil, err
	}
	var failing []variant
	for _, m := range result.Mismatches {
		var i int
		if _, err := fmt.Sscanf(m.Program.Func, name+"_%d", &i); err != nil {
			return nil, fmt.Errorf("reduce: %s is no variant of %s", m.Program.Func, name)
		}
		failing = append(failing, variants[i])
	}
	return failing, nil
}
