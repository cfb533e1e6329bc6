package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// minLines is how much real text the tokenizers must agree on.
const minLines = 5000

// corpus is Newton's Opticks as Go's own source tree has it, a text a line, and then texts that were chosen to be difficult.
func corpus(t *testing.T) (texts []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src/testdata/Isaac.Newton-Opticks.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\n"); line != "" {
			texts = append(texts, line)
		}
	}
	if len(texts) < minLines {
		t.Fatalf("%d lines of text, want at least %d", len(texts), minLines)
	}
	return append(texts, slices.DeleteFunc(difficult(t), hidesSomething)...)
}

// hidesSomething reports whether a text has characters that nobody sees. The published tokenizer takes them for unknown words, ours
// passes them over: TestTokenizeIgnorable in package kernels.
func hidesSomething(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector)
	})
}

func difficult(t *testing.T) (texts []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(engine.Root(), "kernels/testdata/tokenize/nasty.json"))
	if err == nil {
		err = json.Unmarshal(raw, &texts)
	}
	if err != nil {
		t.Fatal(err)
	}
	// Lone surrogates do not survive the way through Go's strings.
	return slices.DeleteFunc(texts, func(s string) bool { return strings.ContainsRune(s, '\uFFFD') })
}

// publishedIDs runs the published tokenizer in node over texts.
func publishedIDs(t *testing.T, texts []string) [][]int32 {
	t.Helper()
	if _, err := published.Modules(); err != nil {
		whole.Lacks(t, err.Error())
	}
	var in bytes.Buffer
	for _, text := range texts {
		if err := json.NewEncoder(&in).Encode(text); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", "runtime_test/peers/tokenize.mjs", "ids")
	cmd.Dir, cmd.Stdin, cmd.Stderr = engine.Root(), &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tokenize.mjs: %v", err)
	}
	var all [][]int32
	for line := range bytes.Lines(out) {
		var ids []int32
		if err := json.Unmarshal(line, &ids); err != nil {
			t.Fatal(err)
		}
		all = append(all, ids)
	}
	if len(all) != len(texts) {
		t.Fatalf("the published tokenizer answered %d texts of %d", len(all), len(texts))
	}
	return all
}

// TestTokenizerAgreesWithPublished compares ids with the published tokenizer's, run now, on a real text.
func TestTokenizerAgreesWithPublished(t *testing.T) {
	texts := whole.Some(t, corpus(t), 20, "texts")
	want := publishedIDs(t, texts)
	for _, e := range onOneThread(baseline[1:]) {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			wrong := 0
			answers := askAll(t, e, texts, func(text string) engine.Case {
				return engine.Case{Name: text, Do: engine.Tokenize, Model: published.Int8Model, Text: text}
			})
			for i, text := range texts {
				if answers[i].Failure != nil {
					t.Fatalf("%q: %v", text, answers[i].Failure)
				}
				got := ids(answers[i].Spans)
				if !slices.Equal(got, want[i]) {
					if wrong++; wrong <= 5 {
						t.Errorf("%q: ids %v, want %v", text, got, want[i])
					}
				}
			}
			t.Logf("%d of %d texts have the published ids", len(texts)-wrong, len(texts))
		})
	}
}

// TestOffsets asks for the same spans of tokens and sentences from both kinds of host, each in its own units.
func TestOffsets(t *testing.T) {
	texts := append(difficult(t), "One. Two? Žluťoučký kůň! 🙂🙂 four. 日本語。最後", "", " \n\t ", "a\x00b")
	for _, e := range onOneThread(baseline[2:]) {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			first := use(t, baseline[1])
			for _, text := range texts {
				for _, do := range []engine.Do{engine.Tokenize, engine.Split} {
					c := engine.Case{Name: fmt.Sprintf("%s %.40q", do, text), Do: do, Model: published.Int8Model, Text: text}
					got, want := ask(t, e, c), ask(t, first, c)
					if want.Failure != nil || got.Failure != nil {
						t.Errorf("%s: failures %v, %v", c.Name, want.Failure, got.Failure)
					}
					if w := inUTF16(text, want.Spans); !slices.Equal(got.Spans, w) {
						t.Errorf("%s: spans %v, want %v", c.Name, got.Spans, w)
					}
				}
			}
		})
	}
}

// inUTF16 turns offsets in bytes of text into offsets in UTF-16 units.
func inUTF16(text string, spans []engine.Span) (out []engine.Span) {
	units := func(n int) int { return len(utf16.Encode([]rune(text[:n]))) }
	for _, s := range spans {
		out = append(out, engine.Span{ID: s.ID, Start: units(s.Start), End: units(s.End)})
	}
	return out
}

func ids(tokens []engine.Span) []int32 {
	ids := make([]int32, len(tokens))
	for i, token := range tokens {
		ids[i] = token.ID
	}
	return ids
}
