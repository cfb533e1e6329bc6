//go:build !js

package wasm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// recordError makes an error of a module's error record. op is what was being
// done, operation the name of the operation that the record points at, "" for
// none.
func recordError(r program.Record, op, operation string) *Error {
	id := program.ErrorID(r.Code)
	message := template(id)
	e := &Error{Code: id, Op: op, Arg: r.Name, Got: decimal(r.Got), Want: decimal(r.Want)}
	if strings.Contains(message, "{sgot}") {
		e.Got = strconv.Itoa(int(int32(r.Got)))
	}
	arg := decimal(r.Arg)
	name := argName(operation, r.Arg, message)
	if strings.Contains(message, "dtype {got}") {
		e.Got = program.DType(r.Got).String()
	}
	if r.Code == program.ErrAttrValue {
		name, e.Got, e.Want = program.AttrWords(r.Want, r.Arg, r.Got)
	}
	if name != "" {
		e.Arg, arg = name, name
	}
	if row := program.OpByName(operation); row != nil && r.Arg >= uint32(len(row.Operands)) {
		message = strings.Replace(message, "operand {arg}", "output {arg}", 1) // they are numbered together
	}
	e.text = op + ": "
	if operation != "" {
		e.Op = operation
		if operation != op {
			e.text += fmt.Sprintf("operation %d (%s): ", r.Op, operation)
		}
	}
	e.text += fill(message, arg, r.Name, e.Got, e.Want)
	return e
}

func decimal(v uint32) string { return strconv.FormatUint(uint64(v), 10) }

// argName is the name of the operand or attribute that a message numbers, ""
// where it numbers something else.
func argName(operation string, index uint32, message string) string {
	row := program.OpByName(operation)
	if row == nil {
		return ""
	}
	var names []string
	switch {
	case strings.Contains(message, "operand {arg}"):
		for _, o := range slices.Concat(row.Operands, row.Outputs) {
			names = append(names, o.Name)
		}
	case strings.Contains(message, "attribute {arg}"):
		for _, a := range row.Attrs {
			names = append(names, a.Name)
		}
	}
	if uint64(index) < uint64(len(names)) {
		return names[index]
	}
	return ""
}
