package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/fovea-run/fovea/wasm"
)

// A problem is an error as a caller gets it.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Arg     string `json:"arg"`
	Got     string `json:"got"`
	Want    string `json:"want"`

	status int
	header map[string]string
	broken bool
}

func (p *problem) Error() string { return p.Message }

// paths are what there is.
const paths = "/healthz, /v1/embed or /v1/focus"

func tooLarge(got int64) *problem {
	return &problem{
		status: 413, Code: "too-large", Message: "the body is too large", Arg: "body",
		Got: fmt.Sprintf("at least %d bytes", got), Want: fmt.Sprintf("at most %d", MaxBody),
	}
}

func bad(code, message, arg, got, want string) *problem {
	return &problem{status: 400, Code: code, Message: message, Arg: arg, Got: got, Want: want}
}

// asProblem makes any error a problem. Only what the caller can mend is told
// in full.
func asProblem(err error) *problem {
	var p *problem
	var e *wasm.Error
	switch {
	case errors.As(err, &p):
	case errors.Is(err, context.Canceled):
		p = &problem{status: 499, Code: "gone", Message: "the client has gone"}
	case errors.As(err, &e) && (e.Code == "empty" || e.Code == "too-long" || e.Code == "value"):
		p = bad(e.Code, e.Error(), e.Arg, e.Got, e.Want)
	case errors.As(err, &e):
		p = &problem{status: 500, Code: e.Code, Message: e.Error(), Arg: e.Arg, Got: e.Got, Want: e.Want, broken: broken(err)}
	default:
		p = &problem{status: 500, Code: "internal", Message: err.Error(), broken: true}
	}
	p.Got = shorten(p.Got)
	return p
}

// shorten keeps what a caller sent from coming back at length.
func shorten(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// decode reads a body as JSON into the struct that to points to: UTF-8, one
// object, no unknown fields.
func decode(body []byte, to any) error {
	if !utf8.Valid(body) {
		return bad("utf8", "the body is not UTF-8", "body", "bytes that are no characters", "UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return badJSON(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("json", "the body has more than one JSON value", "body", "", "one object")
	}
	return nil
}

// badJSON says what encoding/json did not like.
func badJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		arg := wrong.Field
		if arg == "" {
			arg = "body"
		}
		return bad("type", fmt.Sprintf("%s has another type", arg), arg, wrong.Value, kind(wrong.Type.String()))
	case err == io.EOF:
		return bad("json", "the body is empty", "body", "", "one object")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return bad("unknown", "there is no such field", strings.Trim(field, `"`), "", "")
	}
	return bad("json", "the body is no JSON: "+strings.TrimPrefix(err.Error(), "json: "), "body", "", "one object")
}

// kind is a Go type in the words of JSON.
func kind(goType string) string {
	switch goType {
	case "string":
		return "a string"
	case "float64":
		return "a number"
	case "[]string":
		return "an array of strings"
	}
	return "an object"
}
