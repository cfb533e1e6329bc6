// Package diag holds the compiler's diagnostics: a position, a sentence that
// says what to write instead, and the offending line with a caret.
package diag

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"slices"
	"strings"
)

// A Diagnostic is one complaint about the source.
type Diagnostic struct {
	Pos     token.Position
	Message string
	Line    string // the source line, without its line end
}

// MarshalJSON encodes the diagnostic for editors. Line and column count from
// 1, columns in bytes.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
		Source  string `json:"source"`
	}{d.Pos.Filename, d.Pos.Line, d.Pos.Column, d.Message, d.Line})
}

// String formats the diagnostic over three lines, without a final line end.
func (d Diagnostic) String() string {
	return fmt.Sprintf("%s: %s\n\t%s\n\t%s^", d.Pos, d.Message, d.Line, d.indent())
}

// indent is white space as wide as the line before the column.
func (d Diagnostic) indent() string {
	before := d.Line[:min(max(d.Pos.Column-1, 0), len(d.Line))]
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, before)
}

// A List is an error made of diagnostics.
type List []Diagnostic

func (l List) Error() string {
	var b strings.Builder
	for i, d := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.String())
	}
	return b.String()
}

// With returns l and those of more that it has not, in source order.
func (l List) With(more List) List {
	for _, d := range more {
		if !slices.Contains(l, d) {
			l = append(l, d)
		}
	}
	l.sort()
	return l
}

func (l List) sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
		)
	})
}

// WriteJSON writes a JSON object a line for each diagnostic.
func (l List) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, d := range l {
		if err := e.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

// Of returns the diagnostics that err holds.
func Of(err error) (List, bool) {
	var l List
	ok := errors.As(err, &l)
	return l, ok
}

// A Reporter collects diagnostics about files whose source it knows.
type Reporter struct {
	fset    *token.FileSet
	sources map[string][]byte
	list    List
	count   int
}

// NewReporter returns a reporter for files by their names in fset.
func NewReporter(fset *token.FileSet, sources map[string][]byte) *Reporter {
	return &Reporter{fset: fset, sources: sources}
}

// Reportf adds a diagnostic.
func (r *Reporter) Reportf(pos token.Pos, format string, args ...any) {
	r.ReportAt(r.fset.Position(pos), fmt.Sprintf(format, args...))
}

// ReportAt adds a diagnostic at a position that is already resolved, unless
// its line has the same already.
func (r *Reporter) ReportAt(p token.Position, message string) {
	r.count++
	for _, d := range r.list {
		if d.Pos.Filename == p.Filename && d.Pos.Line == p.Line && d.Message == message {
			return
		}
	}
	r.list = append(r.list, Diagnostic{p, message, r.line(p)})
}

// Count returns how often something was reported, repetitions included.
func (r *Reporter) Count() int { return r.count }

func (r *Reporter) line(p token.Position) string {
	lines := strings.Split(string(r.sources[p.Filename]), "\n")
	if p.Line < 1 || p.Line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[p.Line-1], "\r")
}

// Err returns the diagnostics in source order as an error, nil if there are
// none.
func (r *Reporter) Err() error {
	if len(r.list) == 0 {
		return nil
	}
	r.list.sort()
	return r.list
}
