package wasm_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fovea-run/fovea/wasm"
)

func TestTokenize(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		m := mustLoad(t, rt)
		text := "light is a wave"
		tokens, err := m.Tokenize(background, text)
		if err != nil {
			t.Fatal(err)
		}
		var pieces []string
		for _, k := range tokens {
			pieces = append(pieces, strings.TrimSpace(text[k.Start:k.End]))
		}
		ids := make([]int32, len(tokens))
		for i := range tokens {
			ids[i] = tokens[i].ID
		}
		if !slices.Equal(ids, []int32{2, 3, 4, 5}) || !slices.Equal(pieces[1:], []string{"is", "a", "wave"}) {
			t.Errorf("tokens %v: %q", tokens, pieces)
		}
	})
}

// Whatever the text, the offsets lie in it and in order.
func TestOddTexts(t *testing.T) {
	odd := map[string]string{
		"empty": "", "space": " \t\n", "control": "\x00\x01\x7f\u0085", "emoji": "a 👩‍👩‍👧 b. 🇫🇷 c!",
		"invalid": "a\xff\xc3(\xed\xa0\x80. b", "combining": "e\u0301\u0302\u0303. o\u0308",
		"megabyte": strings.Repeat("a", 1<<20), "sentences": strings.Repeat("A b. ", 2000),
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		m := mustLoad(t, rt)
		for name, text := range odd {
			tokens, err := m.Tokenize(background, text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			at := 0
			for _, k := range tokens {
				if k.Start < at || k.End < k.Start || k.End > len(text) {
					t.Fatalf("%s: token %+v after %d in %d bytes", name, k, at, len(text))
				}
				at = k.Start
			}
			spans, err := m.Split(background, text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			at = 0
			for _, s := range spans {
				if s.Start < at || s.End <= s.Start || s.End > len(text) || utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
					t.Fatalf("%s: sentence %+v after %d in %d bytes", name, s, at, len(text))
				}
				at = s.End
			}
		}
	})
}

func TestSplit(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		text := "  Light is a wäve. Is it?  Yes!\n"
		spans, err := mustLoad(t, rt).Split(background, text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range spans {
			got = append(got, text[s.Start:s.End])
		}
		if want := []string{"Light is a wäve.", "Is it?", "Yes!"}; !slices.Equal(got, want) {
			t.Errorf("sentences %q, want %q", got, want)
		}
	})
}

func TestNoTokenizer(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		f := newTestFile(t)
		f.drop("tokenizer")
		m, err := load(rt, f.bytes(t))
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Tokenize(background, "a")
		wantError(t, "tokenize", err, wasm.Error{Code: "no-tokenizer", Op: "tokenize", Got: "0", Want: "0"})
		if spans, err := m.Split(background, "a"); err != nil || len(spans) != 1 {
			t.Errorf("split: %v, %v", spans, err)
		}
	})
}

func TestPlan(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		m := mustLoad(t, rt)
		lens := []int{5, 200, 1, 0, 7}
		batches, err := m.Plan(background, lens, 2, 9)
		if err != nil {
			t.Fatal(err)
		}
		seen := make([]int, len(lens))
		for _, b := range batches {
			longest := 0
			for _, i := range b.Indices {
				seen[i]++
				longest = max(longest, min(lens[i], 9))
			}
			if len(b.Indices) > 2 || b.Tokens != longest {
				t.Errorf("batch %+v, longest %d", b, longest)
			}
		}
		if !slices.Equal(seen, []int{1, 1, 1, 1, 1}) {
			t.Errorf("texts were planned %v times", seen)
		}
		if batches, err := m.Plan(background, nil, 2, 9); err != nil || len(batches) != 0 {
			t.Errorf("of nothing: %v, %v", batches, err)
		}
		_, err = m.Plan(background, []int{1, -3}, 2, 9)
		wantError(t, "negative", err, wasm.Error{Code: "value", Op: "plan", Arg: "lens[1]", Got: "-3", Want: "a count"})
		_, err = m.Plan(background, nil, -1, 9)
		wantError(t, "maxBatch", err, wasm.Error{Code: "value", Op: "plan", Arg: "maxBatch", Got: "-1", Want: "a count"})
	})
}

func TestSelect(t *testing.T) {
	nan := float32(math.NaN())
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		m := mustLoad(t, rt)
		for _, c := range []struct {
			scores []float32
			lens   []int
			budget float64
			want   []int
		}{
			{[]float32{.1, .9, .5}, []int{1, 1, 2}, .75, []int{1, 2}},
			{[]float32{.1, .9, .5}, []int{1, 1, 2}, 1, []int{0, 1, 2}},
			{[]float32{nan, .1}, []int{1, 1}, .5, []int{1}},
			{[]float32{.1}, []int{9}, .01, []int{0}},
			{[]float32{.1}, []int{9}, 0, []int{}},
			{nil, nil, 1, []int{}},
		} {
			got, err := m.Select(background, c.scores, c.lens, c.budget)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v %v at %v: %v, %v, want %v", c.scores, c.lens, c.budget, got, err, c.want)
			}
		}
		_, err := m.Select(background, []float32{1, 2}, []int{1}, 1)
		wantError(t, "lengths", err, wasm.Error{Code: "value", Op: "select", Arg: "the length of lens", Got: "1", Want: "2"})
	})
}
