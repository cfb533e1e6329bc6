package wgsl

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The shaders' directives are comments to WGSL, so that its tools read the
// files as they are:
//
//	//#include FILE    puts FILE here
//	//#if NAME         keeps what follows if NAME is defined,
//	//#else            else this,
//	//#end             up to here
//	//#repeat NAME N   repeats what follows, with $NAME as 0 to N-1,
//	//#end             up to here
var directive = regexp.MustCompile(`^//#(\w+)((?: \S+)*)$`)

// assembler reads the lines of one file.
type assembler struct {
	files   fs.FS
	file    string
	lines   []string
	at      int
	defined []string
}

// assemble returns the text of a file without comments and indentation, its
// directives obeyed.
func assemble(files fs.FS, file string, defined []string) (string, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return "", err
	}
	a := &assembler{files: files, file: file, lines: strings.Split(string(text), "\n"), defined: defined}
	out, end, err := a.block()
	if err == nil && end != "" {
		err = a.errorf("%s without its start", end)
	}
	return strings.Join(out, "\n"), err
}

// block returns the lines up to the //#else or //#end that ends a block, or
// to the end of the file, and which of them it was.
func (a *assembler) block() (out []string, end string, err error) {
	for a.at < len(a.lines) {
		line := strings.TrimSpace(a.lines[a.at])
		a.at++
		m := directive.FindStringSubmatch(line)
		if m == nil {
			line, _, _ = strings.Cut(line, "//")
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
			continue
		}
		args := strings.Fields(m[2])
		if m[1] == "else" || m[1] == "end" {
			return out, m[1], nil
		}
		lines, err := a.obey(m[1], args)
		if err != nil {
			return nil, "", err
		}
		out = append(out, lines...)
	}
	return out, "", nil
}

// obey returns what a directive other than else and end stands for.
func (a *assembler) obey(name string, args []string) ([]string, error) {
	switch {
	case name == "include" && len(args) == 1:
		text, err := assemble(a.files, args[0], a.defined)
		return strings.Split(text, "\n"), err
	case name == "if" && len(args) == 1:
		return a.conditional(slices.Contains(a.defined, args[0]))
	case name == "repeat" && len(args) == 2:
		if n, err := strconv.Atoi(args[1]); err == nil {
			return a.repeat("$"+args[0], n)
		}
	}
	return nil, a.errorf("unknown directive %s %q", name, args)
}

func (a *assembler) conditional(holds bool) ([]string, error) {
	kept, end, err := a.block()
	var other []string
	if err == nil && end == "else" {
		other, end, err = a.block()
	}
	if err == nil && end != "end" {
		err = a.errorf("if without end")
	}
	if !holds {
		kept = other
	}
	return kept, err
}

func (a *assembler) repeat(name string, n int) ([]string, error) {
	lines, end, err := a.block()
	if err == nil && end != "end" {
		err = a.errorf("repeat without end")
	}
	var out []string
	for i := range n {
		for _, line := range lines {
			out = append(out, strings.ReplaceAll(line, name, strconv.Itoa(i)))
		}
	}
	return out, err
}

func (a *assembler) errorf(format string, args ...any) error {
	return fmt.Errorf("wgsl: %s:%d: %s", a.file, a.at, fmt.Sprintf(format, args...))
}
