// Package diag holds the compiler's diagnostics: a position, a sentence that
// says what to write instead, and the offending line with a caret.
package diag

import (
	"errors"
	"fmt"
	"go/token"
	"sort"
	"strings"
)

// A Diagnostic is one complaint about the source.
type Diagnostic struct {
	Pos     token.Position
	Message string
	Line    string // the source line, without its line end
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
	for _, d := range r.list {
		if d.Pos.Filename == p.Filename && d.Pos.Line == p.Line && d.Message == message {
			return
		}
	}
	r.list = append(r.list, Diagnostic{p, message, r.line(p)})
}

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
	sort.SliceStable(r.list, func(i, j int) bool {
		a, b := r.list[i].Pos, r.list[j].Pos
		if a.Filename != b.Filename {
			return a.Filename < b.Filename
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return r.list
}
