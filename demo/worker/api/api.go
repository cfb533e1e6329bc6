// Package api is the Worker's HTTP interface without HTTP: what a request's
// head and body are answered with. It knows nothing of JavaScript, so that it
// runs and is tested natively, and nothing of net/http, which would be a third
// of the Worker.
//
//	GET  /healthz   {"status": "ok", …}
//	POST /v1/embed  {"texts": ["…"]}
//	POST /v1/focus  {"text": "…", "query": "…", "budget": 0.1}
//
// A request is answered in two steps, because its body is read in between by
// whoever has it: Admit refuses or says how much to read, Begin computes, a
// batch at a time, so that others are answered in between and the work of a
// client that has gone can be stopped.
package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/focus"
)

// Limits of a request.
const (
	MaxBody      = 128 << 10 // bytes
	MaxTexts     = 64        // of one embed
	MaxTokens    = 16 << 10  // to be read, equal sentences once; some seconds of computing
	MaxSentences = 8 << 10   // of one text, equal ones counted each: they share no memory
	MaxQuery     = 4 << 10   // bytes
)

// A Head is a request without its body. What it has not is "".
type Head struct {
	Method, Path string

	Authorization, ContentType, ContentEncoding, Origin string

	ContentLength int64 // -1 if unknown
}

// A Response is a whole answer.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte // nil or JSON
	// Broken says that the runtime must not be used again.
	Broken bool
}

// An API answers requests with one model, one at a time.
type API struct {
	config Config
	model  *wasm.Model
	focus  *focus.Focus
	card   wasm.Card
}

// New returns an API over a model with the programs that package focus needs.
func New(m *wasm.Model, c Config) (*API, error) {
	f, err := focus.New(m)
	if err != nil {
		return nil, err
	}
	return &API{c, m, f, m.Card()}, nil
}

// A route is what a path is for. read is whether it takes a JSON body, and then
// a key as well.
type route struct {
	methods []string
	read    bool
	answer  func(a *API, w *work, body []byte) (any, error)
}

var routes = map[string]route{
	"/healthz":  {[]string{"GET", "HEAD"}, false, (*API).health},
	"/v1/embed": {[]string{"POST"}, true, (*API).embed},
	"/v1/focus": {[]string{"POST"}, true, (*API).focusOn},
}

// Admit returns the answer to a request whose body is of no interest, or nil
// and the most bytes of the body that are to be read; a longer one is answered
// by [API.TooLarge].
func (a *API) Admit(ctx context.Context, h Head) (*Response, int) {
	r, err := a.admit(h)
	switch {
	case err != nil:
		return a.failure(h, err), 0
	case h.Method == "OPTIONS":
		return a.preflight(h, r), 0
	case !r.read:
		return a.Begin(ctx, h, nil).Finish(), 0
	}
	return nil, MaxBody
}

// admit checks a head and finds its route.
func (a *API) admit(h Head) (route, error) {
	r, ok := routes[h.Path]
	switch {
	case !ok:
		return r, &problem{status: 404, Code: "not-found", Message: "there is nothing here", Arg: "path", Got: h.Path, Want: paths}
	case h.Method == "OPTIONS":
		if !a.config.allows(h.Origin) {
			return r, &problem{status: 403, Code: "origin", Message: "this origin is not allowed", Arg: "Origin", Got: h.Origin}
		}
		return r, nil
	case !slices.Contains(r.methods, h.Method):
		want := strings.Join(r.methods, ", ")
		return r, &problem{
			status: 405, Code: "method", Message: "this path has another method", Arg: "method", Got: h.Method, Want: want,
			header: map[string]string{"Allow": want + ", OPTIONS"},
		}
	case r.read:
		return r, a.admitBody(h)
	}
	return r, nil
}

func (a *API) admitBody(h Head) error {
	if !a.config.knows(h.Authorization) {
		got := "another one"
		if h.Authorization == "" {
			got = "none"
		}
		return &problem{
			status: 401, Code: "unauthorized", Message: "the request needs a valid key", Arg: "Authorization", Got: got, Want: "Bearer KEY",
			header: map[string]string{"WWW-Authenticate": "Bearer"},
		}
	}
	mime, _, _ := strings.Cut(h.ContentType, ";")
	if !strings.EqualFold(strings.TrimSpace(mime), "application/json") {
		return &problem{status: 415, Code: "content-type", Message: "the body must be JSON", Arg: "Content-Type", Got: h.ContentType, Want: "application/json"}
	}
	if h.ContentEncoding != "" && h.ContentEncoding != "identity" {
		return &problem{status: 415, Code: "content-encoding", Message: "the body must not be compressed", Arg: "Content-Encoding", Got: h.ContentEncoding}
	}
	if h.ContentLength > MaxBody {
		return tooLarge(h.ContentLength)
	}
	return nil
}

// knows reports whether an Authorization header has one of the keys. It takes
// the same time for every wrong one.
func (c Config) knows(authorization string) bool {
	scheme, key, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	got, found := sha256.Sum256([]byte(strings.TrimSpace(key))), 0
	for _, want := range c.keys {
		found |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return found == 1
}

func (c Config) allows(origin string) bool { return slices.Contains(c.origins, origin) }

// TooLarge answers a request whose body is longer than Admit allowed.
func (a *API) TooLarge(h Head) *Response { return a.failure(h, tooLarge(MaxBody+1)) }

// answer answers an admitted request with its whole body.
func (a *API) answer(w *work, h Head, body []byte) *Response {
	value, err := routes[h.Path].answer(a, w, body)
	if err != nil {
		return a.failure(h, err)
	}
	b, err := json.Marshal(value)
	if err != nil {
		return a.failure(h, err)
	}
	return a.respond(h, 200, nil, append(b, '\n'))
}

func (a *API) failure(h Head, err error) *Response {
	p := asProblem(err)
	b, err := json.Marshal(map[string]any{"error": p})
	if err != nil {
		b = []byte(`{"error":{"code":"internal","message":"the error could not be written"}}`)
	}
	r := a.respond(h, p.status, p.header, b)
	r.Broken = p.broken
	return r
}

// respond adds what every answer has. A browser shows it only to the origins
// that are allowed.
func (a *API) respond(h Head, status int, header map[string]string, body []byte) *Response {
	all := map[string]string{
		"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin",
	}
	for name, value := range header {
		all[name] = value
	}
	if a.config.allows(h.Origin) {
		all["Access-Control-Allow-Origin"] = h.Origin
	}
	if h.Method == "HEAD" {
		body = nil
	}
	return &Response{Status: status, Header: all, Body: body}
}

func (a *API) preflight(h Head, r route) *Response {
	p := a.respond(h, 204, map[string]string{
		"Access-Control-Allow-Methods": strings.Join(r.methods, ", "),
		"Access-Control-Allow-Headers": "Authorization, Content-Type",
		"Access-Control-Max-Age":       "86400",
	}, nil)
	delete(p.Header, "Content-Type")
	return p
}

// broken reports whether the runtime is in an unknown state.
func broken(err error) bool {
	var e *wasm.Error
	return errors.As(err, &e) && (e.Code == "trap" || e.Code == "internal" || e.Code == "closed")
}
