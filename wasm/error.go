package wasm

import "strings"

// An Error says what a call could not do. The words of Got and Want are for
// people; Code, Op and Arg are stable.
type Error struct {
	Code string // the kind of failure, such as "shape"
	Op   string // what was being done: a program, an operation or a call
	Arg  string // the tensor, dimension or attribute at fault, if one is
	Got  string // what was found
	Want string // what was needed
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("fovea: ")
	for _, s := range []string{e.Op, e.Arg} {
		if s != "" {
			b.WriteString(s + ": ")
		}
	}
	b.WriteString(e.Code)
	if e.Got != "" {
		b.WriteString(": " + e.Got)
	}
	if e.Want != "" {
		b.WriteString(", want " + e.Want)
	}
	return b.String()
}
