package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/paint"
)

// beginning is the text that is looked at, or some lines of it.
func beginning(r *attention.Reading) string {
	const enough = 1000 // letters
	end, n := r.Tokens[len(r.Tokens)-1].End, 0
	for i := range r.Text[:end] {
		if n++; n > enough {
			return paint.Printable(r.Text[:i]) + "…"
		}
	}
	if r.All > len(r.Tokens) {
		return paint.Printable(r.Text[:end]) + "…"
	}
	return paint.Printable(r.Text)
}

// label is a token's text as it can be shown. A dot says that it goes on with
// the word of the token before it.
func label(r *attention.Reading, token int) string {
	t := r.Tokens[token]
	shown := paint.Printable(r.Label(token))
	if shown == "" {
		return "(space)"
	}
	first, _ := utf8.DecodeRuneInString(r.Text[t.Start:])
	before, _ := utf8.DecodeLastRuneInString(r.Text[:t.Start])
	if token > 0 && inWord(before) && inWord(first) {
		return "·" + shown
	}
	return shown
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// number is a weight in words.
func number(w float32) string {
	switch s := fmt.Sprintf("%.2f", w); s {
	case "1.00":
		return "1"
	case "0.00":
		return "<0.01"
	default:
		return s
	}
}

func (v *View) quote(token int) string { return "“" + v.labels[token] + "”" }

// other names a token beside the one that looks.
func (v *View) other(from, to int) string {
	if from == to {
		return "itself"
	}
	return v.quote(to)
}

// clipNote says what is not looked at, "" if all is.
func (v *View) clipNote() string {
	n := len(v.reading.Tokens)
	if v.reading.All == n {
		return ""
	}
	return fmt.Sprintf("Only the first %d of %d tokens are looked at.", n, v.reading.All)
}

// name is a head's name.
func (h headInfo) name() string { return fmt.Sprintf("Layer %d · Head %d", h.layer+1, h.head+1) }

// readout says what the view is about, for the line below the head and for
// those who hear the page.
func (v *View) readout() string {
	switch {
	case v.reading == nil:
		return strings.TrimSpace(v.heading + ". " + v.message)
	case v.up < 0:
		if v.selected >= 0 {
			h := v.heads[v.selected]
			return fmt.Sprintf("%s: the largest weight is %s.", h.name(), number(h.most))
		}
		return "Each map is a head: its rows are tokens that look, its columns tokens that are looked at. Choose one."
	}
	h, at := v.heads[v.up], v.focus()
	switch {
	case at.from < 0 && (v.arcs || v.w >= compact):
		return "Tap a token, or point at it. Arcs lead to later tokens on the right, to earlier ones on the left."
	case at.from < 0:
		return "Tap a token or a cell, or point at it, to see what it looks at."
	case at.to >= 0:
		w := h.weights[at.from*len(v.labels)+at.to]
		return fmt.Sprintf("%s gives %s %s of its attention.", v.quote(at.from), v.other(at.from, at.to), number(w))
	case len(v.labels) == 1:
		return fmt.Sprintf("%s can only look at itself.", v.quote(0))
	}
	return fmt.Sprintf("%s looks most at %s.", v.quote(at.from), v.best(h, at.from, 3))
}

// best names the tokens that a token looks at most.
func (v *View) best(h headInfo, from, count int) string {
	n := len(v.labels)
	row := h.weights[from*n : (from+1)*n]
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(row[b], row[a]) })
	var parts []string
	for _, to := range order[:min(count, n)] {
		parts = append(parts, fmt.Sprintf("%s %s", v.other(from, to), number(row[to])))
	}
	return strings.Join(parts, ", ")
}
