package wasm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// An Error says what a call could not do. Its message is for people; Code, Op
// and Arg are stable.
type Error struct {
	Code string // the kind of failure: an ID of program.Errors or program.HostErrors
	Op   string // what was being done: an operation, a program or a call
	Arg  string // the tensor, dimension, operand or attribute at fault, if one is
	Got  string // what was found
	Want string // what was needed

	text  string // the message, where the fields cannot tell it
	cause error
}

func (e *Error) Error() string {
	text := e.text
	if text == "" {
		text = fill(template(e.Code), e.Arg, e.Arg, e.Got, e.Want)
		if e.Op != "" {
			text = e.Op + ": " + text
		}
	}
	return "fovea: " + text
}

// Unwrap returns the error that led to e, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// failure returns an error of the table's row code.
func failure(code uint32, op, arg string, got, want any) *Error {
	return &Error{Code: program.ErrorID(code), Op: op, Arg: arg, Got: fmt.Sprint(got), Want: fmt.Sprint(want)}
}

// because is failure with the error that led to it.
func because(cause error, code uint32, op, arg string) *Error {
	e := failure(code, op, arg, cause, "")
	e.cause = cause
	return e
}

// template is the message of the row with that ID, or the ID itself.
func template(id string) string {
	for _, row := range slices.Concat(program.Errors, program.HostErrors) {
		if row.ID() == id {
			return row.Message
		}
	}
	return id
}

func fill(template, arg, name, got, want string) string {
	return strings.NewReplacer("{arg}", arg, "{name}", strconv.Quote(name), "{got}", got, "{sgot}", got, "{want}", want).Replace(template)
}
