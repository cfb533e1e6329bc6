package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/fovea-run/fovea/wasm/focus"
)

// A report is what focus found in a file.
type report struct {
	options *focusOptions
	doc     *focus.Document
	result  *focus.Result
	times   times
}

func (r *report) kept() []focus.Match { return r.result.Ranked[:r.result.Kept] }

// line returns the number of the line on which a sentence begins.
func (r *report) line(sentence int) int {
	return 1 + strings.Count(r.doc.Text[:r.doc.Sentences[sentence].Start], "\n")
}

// The JSON form. Offsets are in bytes of the file.
type (
	jsonReport struct {
		File         string      `json:"file"`
		Query        string      `json:"query"`
		Budget       float64     `json:"budget"`
		Sentences    int         `json:"sentences"`
		Tokens       int         `json:"tokens"`
		Found        []jsonMatch `json:"found"` // best first
		Milliseconds jsonTimes   `json:"milliseconds"`
	}
	jsonMatch struct {
		Sentence int     `json:"sentence"` // its place in the text, from 0
		Score    float64 `json:"score"`
		Line     int     `json:"line"`
		Start    int     `json:"start"`
		End      int     `json:"end"`
		Text     string  `json:"text"`
	}
	jsonTimes struct {
		Load   int64 `json:"load"`
		Encode int64 `json:"encode"`
		Focus  int64 `json:"focus"`
	}
)

func (r *report) json() jsonReport {
	j := jsonReport{
		File: r.options.file, Query: r.options.query, Budget: r.options.budget,
		Sentences: len(r.doc.Sentences), Tokens: r.doc.Tokens, Found: []jsonMatch{},
		Milliseconds: jsonTimes{r.times.load.Milliseconds(), r.times.encode.Milliseconds(), r.times.focus.Milliseconds()},
	}
	for _, m := range r.kept() {
		s := r.doc.Sentences[m.Sentence]
		// A float32 prints shortest as itself; five digits say all that it means.
		score := math.Round(float64(m.Score)*1e5) / 1e5
		j.Found = append(j.Found, jsonMatch{m.Sentence, score, r.line(m.Sentence), s.Start, s.End, r.doc.Sentence(m.Sentence)})
	}
	return j
}

// print writes the text with its sentences marked if out is a terminal, then
// the sentences, best first; and to err how long it took.
func (r *report) print(s streams) {
	colour := isTerminal(s.out) && os.Getenv("NO_COLOR") == ""
	if colour {
		r.printText(s.out)
	}
	for _, m := range r.kept() {
		words := strings.Join(strings.Fields(r.doc.Sentence(m.Sentence)), " ")
		fmt.Fprintf(s.out, "%s  %s\n", r.head(m, colour), printable(words))
	}
	r.printNotes(s.err)
}

// head returns the score and line of a match.
func (r *report) head(m focus.Match, colour bool) string {
	if colour {
		return fmt.Sprintf("\x1b[1m%.3f\x1b[0m \x1b[2mline %4d\x1b[0m", m.Score, r.line(m.Sentence))
	}
	return fmt.Sprintf("%.3f line %4d", m.Score, r.line(m.Sentence))
}

// printText writes the whole text, kept sentences black on amber.
func (r *report) printText(w io.Writer) {
	kept := make(map[int]bool)
	for _, m := range r.kept() {
		kept[m.Sentence] = true
	}
	at := 0
	for i, s := range r.doc.Sentences {
		fmt.Fprint(w, printable(r.doc.Text[at:s.Start]))
		words := printable(r.doc.Sentence(i))
		if kept[i] {
			// Line by line: a terminal would fill the rest of the line.
			words = "\x1b[30;48;5;222m" + strings.ReplaceAll(words, "\n", "\x1b[0m\n\x1b[30;48;5;222m") + "\x1b[0m"
		}
		fmt.Fprint(w, words)
		at = s.End
	}
	fmt.Fprint(w, strings.TrimRight(printable(r.doc.Text[at:]), "\n"), "\n\n")
}

func (r *report) printNotes(w io.Writer) {
	ms := func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
	fmt.Fprintf(w, "%d of %d sentences, %d tokens; loading %s, reading %s, focusing %s\n",
		r.result.Kept, len(r.doc.Sentences), r.doc.Tokens, ms(r.times.load), ms(r.times.encode), ms(r.times.focus))
}

// printable returns s without what a terminal would obey or choke on: control
// characters and bytes that are no UTF-8 become U+FFFD.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
