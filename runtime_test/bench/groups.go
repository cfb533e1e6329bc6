package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/runtime_test/published"
)

// A group is timed together in a page; what is in it takes turns.
type group struct {
	name, page string
	run        func(s *session) error
}

const (
	tablePage = "table.html"
	benchPage = "bench.html"
)

func groups() []group {
	return []group{
		{"matmul", tablePage, rows("matmul 512³")},
		{"attention", tablePage, rows("attention 12×512×64", "attention 12×1024×64")},
		{"causal", tablePage, rows("causal 12×512×64", "causal 12×1024×64")},
		{"grouped", tablePage, rows("grouped causal 12/4×512×64")},
		{"decode", tablePage, rows("decode 12×4096×64", "decode 12×4096×64, cached")},
		{"decode8", tablePage, rows("decode int8 cache 12×4096×64")},
		{"matvec", tablePage, rows("4-bit matvec 2048×2048")},
		{"int8", tablePage, rows("int8 matmul 512³")},
		{"backward", tablePage, rows("backward 12×512×64")},
		{"long", tablePage, func(s *session) error { return call(s.page, &s.Long, "long") }},
		{"micro", benchPage, func(s *session) error { return call(s.page, &s.Micro, "micro", rounds, s.clang) }},
		{"encode", benchPage, func(s *session) error {
			texts := map[string][]int32{"19 tokens": s.ids[:19], "128 tokens": s.ids[:128]}
			return call(s.page, &s.Encode, "encode", s.models(), texts, rounds)
		}},
		{"first", benchPage, func(s *session) error { return call(s.page, &s.First, "first", "/"+s.f32, s.ids[:128], 7, 9) }},
		{"threads", benchPage, func(s *session) error { return call(s.page, &s.Threads, "threads", s.models(), s.ids[:128], rounds) }},
		{"focus", benchPage, func(s *session) error {
			return call(s.page, &s.Focus, "focus", "/"+published.Int8Model, "/"+article, query, 5)
		}},
		{"terminal", benchPage, func(s *session) (err error) { s.Terminal, err = terminal(5); return err }},
		{"worker", benchPage, func(s *session) (err error) { s.Worker, err = timeWorker(5 * rounds); return err }},
	}
}

// models are the addresses of the encoder's editions.
func (s *session) models() map[string]string {
	return map[string]string{"f32": "/" + s.f32, "int8": "/" + published.Int8Model}
}

func groupNames() (names []string) {
	for _, g := range groups() {
		names = append(names, g.name)
	}
	return names
}

// choose returns the groups of a list with commas, or all if it is empty.
func choose(list string) (chosen []group, err error) {
	all := groups()
	if list == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(all, func(g group) bool { return g.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no group %q; there are %s", name, strings.Join(groupNames(), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// rows times rows of the table.
func rows(names ...string) func(s *session) error {
	return func(s *session) error {
		if s.Peers == nil {
			if err := call(s.page, &s.Peers, "open"); err != nil {
				return err
			}
			s.Rows = map[string]*tableRow{}
		}
		for _, name := range names {
			row := &tableRow{}
			if err := call(s.page, row, "row", name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if wrong := row.wrong(); wrong != nil {
				return fmt.Errorf("%s: %s", name, strings.Join(wrong, "; "))
			}
			s.Rows[name] = row
		}
		return nil
	}
}
