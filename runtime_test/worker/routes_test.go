package worker

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/demo/worker/api"
)

// A failure is what an error says.
type failure struct{ Code, Message, Arg, Got, Want string }

// cases are requests and what they are answered with: a status and, if it is no success, the error without its message.
var cases = []struct {
	name   string
	send   request
	status int
	want   failure
}{
	{"health", request{method: "GET", path: "/healthz", header: map[string]string{"Authorization": ""}}, 200, failure{}},
	{"health's head", request{method: "HEAD", path: "/healthz"}, 200, failure{}},
	{"embed", request{path: "/v1/embed", body: `{"texts": ["light is a wave", "ünïcödé 👩‍👩‍👧"]}`}, 200, failure{}},
	{"embed, chunked", request{path: "/v1/embed", body: `{"texts": ["light"]}`, chunked: true}, 200, failure{}},
	{"focus", request{path: "/v1/focus", body: `{"text": "One. Two.", "query": "two", "budget": 0.5}`}, 200, failure{}},
	{"focus on nothing in particular", request{path: "/v1/focus", body: `{"text": "One. Two."}`}, 200, failure{}},
	{"another key", request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Authorization": "bearer " + oldKey}}, 200, failure{}},
	{"media type's charset", request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Content-Type": "Application/JSON; charset=utf-8"}}, 200, failure{}},
	{"the largest body", request{path: "/v1/embed", body: padded(`{"texts": ["a"]}`, api.MaxBody)}, 200, failure{}},

	{"root", request{method: "GET", path: "/"}, 404, failure{"not-found", "", "path", "/", "/healthz, /v1/embed or /v1/focus"}},
	{"no path", request{path: "/v1/embed/", body: "{}"}, 404, failure{"not-found", "", "path", "/v1/embed/", "/healthz, /v1/embed or /v1/focus"}},
	{"the model's file", request{method: "GET", path: "/model.safetensors"}, 404, failure{"not-found", "", "path", "/model.safetensors", "/healthz, /v1/embed or /v1/focus"}},
	{"GET", request{method: "GET", path: "/v1/embed"}, 405, failure{"method", "", "method", "GET", "POST"}},
	{"DELETE", request{method: "DELETE", path: "/v1/focus"}, 405, failure{"method", "", "method", "DELETE", "POST"}},
	{"POST", request{path: "/healthz", body: "{}"}, 405, failure{"method", "", "method", "POST", "GET, HEAD"}},

	{"no key", request{path: "/v1/embed", header: map[string]string{"Authorization": ""}}, 401, failure{"unauthorized", "", "Authorization", "none", "Bearer KEY"}},
	{"wrong key", keyed("Bearer 0123456789abcdeg"), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"half a key", keyed("Bearer 01234567"), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"a key and more", keyed("Bearer " + key + "0"), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"both keys", keyed("Bearer " + keys), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"empty key", keyed("Bearer "), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"key alone", keyed(key), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},
	{"Basic", keyed("Basic " + key), 401, failure{"unauthorized", "", "Authorization", "another one", "Bearer KEY"}},

	{"text", request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Content-Type": "text/plain"}}, 415, failure{"content-type", "", "Content-Type", "text/plain", "application/json"}},
	{"no type", request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Content-Type": ""}}, 415, failure{"content-type", "", "Content-Type", "", "application/json"}},
	{"gzip", request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Content-Encoding": "gzip"}}, 415, failure{"content-encoding", "", "Content-Encoding", "gzip", ""}},
	{"long", request{path: "/v1/embed", body: padded(`{"texts": ["a"]}`, api.MaxBody+1)}, 413, failure{"too-large", "", "body", "at least 131073 bytes", "at most 131072"}},
	{"long, chunked", request{path: "/v1/embed", body: padded(`{"texts": ["a"]}`, 3*api.MaxBody), chunked: true}, 413, failure{"too-large", "", "body", "at least 131073 bytes", "at most 131072"}},

	{"empty", embedding(""), 400, failure{"json", "", "body", "", "one object"}},
	{"no JSON", embedding("texts=a"), 400, failure{"json", "", "body", "", "one object"}},
	{"cut", embedding(`{"texts": ["a"`), 400, failure{"json", "", "body", "", "one object"}},
	{"two", embedding(`{"texts": ["a"]} {}`), 400, failure{"json", "", "body", "", "one object"}},
	{"a byte that is no character", embedding("{\"texts\": [\"a\xff\"]}"), 400, failure{"utf8", "", "body", "bytes that are no characters", "UTF-8"}},
	{"a surrogate", embedding("{\"texts\": [\"\xed\xa0\x80\"]}"), 400, failure{"utf8", "", "body", "bytes that are no characters", "UTF-8"}},
	{"array", embedding(`["a"]`), 400, failure{"type", "", "body", "array", "an object"}},
	{"deep", embedding(strings.Repeat("[", 60000)), 400, failure{"json", "", "body", "", "one object"}},
	{"null", embedding(`null`), 400, failure{"missing", "", "texts", "none", "an array of strings"}},
	{"no texts", embedding(`{}`), 400, failure{"missing", "", "texts", "none", "an array of strings"}},
	{"zero texts", embedding(`{"texts": []}`), 400, failure{"missing", "", "texts", "none", "an array of strings"}},
	{"a string for texts", embedding(`{"texts": "a"}`), 400, failure{"type", "", "texts", "string", "an array of strings"}},
	{"a number for a text", embedding(`{"texts": ["a", 1e999]}`), 400, failure{"type", "", "texts", "number", "a string"}},
	{"null for a text", embedding(`{"texts": ["a", null]}`), 400, failure{"empty", "", "texts[1]", "only white space", "words"}},
	{"empty text", embedding(`{"texts": ["a", "b", " \n"]}`), 400, failure{"empty", "", "texts[2]", "only white space", "words"}},
	{"65 texts", embedding(asJSON(map[string]any{"texts": strings.Split(strings.Repeat("a ", 64)+"a", " ")})), 400, failure{"too-many", "", "texts", "65", "at most 64"}},
	{"unknown field", embedding(`{"texts": ["a"], "dims": 3}`), 400, failure{"unknown", "", "dims", "", ""}},

	{"many tokens", embedding(asJSON(map[string]any{"texts": []string{houses(2500)}})), 413, failure{"too-many", "", "texts", "32256", "at most 16384"}},

	{"many tokens to focus on", focusing(asJSON(map[string]any{"text": houses(2500)})), 413, failure{"too-many", "", "text", "24149", "at most 16384"}},
	{"many equal sentences", focusing(asJSON(map[string]any{"text": strings.Repeat("House and cats. ", 8000)})), 200, failure{}},
	{"too many sentences", focusing(asJSON(map[string]any{"text": strings.Repeat("Cats. ", api.MaxSentences+1)})), 413, failure{"too-many", "", "text", "8193", "at most 8192"}},
	{"long query", focusing(asJSON(map[string]any{"text": "a", "query": strings.Repeat("a", api.MaxQuery+1)})), 413, failure{"too-large", "", "query", "4097 bytes", "at most 4096"}},
	{"no text", focusing(`{"query": "a"}`), 400, failure{"missing", "", "text", "", "a string"}},
	{"empty text to focus on", focusing(`{"text": ""}`), 400, failure{"empty", "", "text", "it is empty", ""}},
	{"white space to focus on", focusing(`{"text": " \t"}`), 400, failure{"empty", "", "text", "it is only white space", ""}},
	{"number for the query", focusing(`{"text": "a", "query": 7}`), 400, failure{"type", "", "query", "number", "a string"}},
	{"budget over 1", focusing(`{"text": "a", "budget": 1.5}`), 400, failure{"value", "", "budget", "1.5", "0 to 1"}},
	{"budget under 0", focusing(`{"text": "a", "budget": -1e-300}`), 400, failure{"value", "", "budget", "-1e-300", "0 to 1"}},
	{"huge budget", focusing(`{"text": "a", "budget": 1e999}`), 400, failure{"type", "", "budget", "number 1e999", "a number"}},
	{"long number", focusing(`{"text": "a", "budget": ` + strings.Repeat("9", 1000) + `}`), 400, failure{"type", "", "budget", "number " + strings.Repeat("9", 93) + "…", "a number"}},
	{"budget as text", focusing(`{"text": "a", "budget": "all"}`), 400, failure{"type", "", "budget", "string", "a number"}},
}

func embedding(body string) request { return request{path: "/v1/embed", body: body} }
func focusing(body string) request  { return request{path: "/v1/focus", body: body} }

func keyed(authorization string) request {
	return request{path: "/v1/embed", body: `{"texts": ["a"]}`, header: map[string]string{"Authorization": authorization}}
}

// padded makes JSON n bytes long.
func padded(json string, n int) string { return json + strings.Repeat(" ", n-len(json)) }

// Every route and every error, in workerd and natively.
func TestRoutes(t *testing.T) {
	t.Run("native", func(t *testing.T) { checkRoutes(t, &http.Client{Transport: newNative(t)}, "http://native") })
	t.Run("workerd", func(t *testing.T) { checkRoutes(t, http.DefaultClient, serve(t, nil, nil).URL) })
}

func checkRoutes(t *testing.T, client *http.Client, url string) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			res, text, err := send(t.Context(), client, url, c.send)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != c.status || res.Header.Get("Content-Type") != "application/json" || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, want %d: %v %s", res.StatusCode, c.status, res.Header, text)
			}
			if c.send.method == "HEAD" {
				return
			}
			var body struct{ Error failure }
			if err := json.Unmarshal(text, &body); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			got := body.Error
			if c.status != 200 && len(got.Message) < 10 {
				t.Errorf("message %q", got.Message)
			}
			if got.Message = ""; got != c.want {
				t.Errorf("error %+v, want %+v", got, c.want)
			}
			if allow := res.Header.Get("Allow"); (allow != "") != (c.status == 405) {
				t.Errorf("Allow: %s", allow)
			}
			if ask := res.Header.Get("WWW-Authenticate"); (ask == "Bearer") != (c.status == 401) {
				t.Errorf("WWW-Authenticate: %s", ask)
			}
		})
	}
	checkOrigins(t, client, url)
}

// A browser lets only the pages of allowed origins see an answer, errors included, and asks before.
func checkOrigins(t *testing.T, client *http.Client, url string) {
	for _, c := range []struct {
		name, method, path, origin string
		status                     int
		allowed                    string
	}{
		{"preflight", "OPTIONS", "/v1/embed", origin, 204, origin},
		{"another origin's preflight", "OPTIONS", "/v1/embed", "https://evil.example", 403, ""},
		{"an origin that begins alike", "OPTIONS", "/v1/embed", origin + ".evil.example", 403, ""},
		{"no origin", "OPTIONS", "/v1/embed", "", 403, ""},
		{"null", "OPTIONS", "/v1/embed", "null", 403, ""},
		{"nowhere", "OPTIONS", "/v2", origin, 404, origin},
		{"allowed", "POST", "/v1/embed", "http://localhost:3000", 200, "http://localhost:3000"},
		{"not allowed", "POST", "/v1/embed", "http://localhost:3001", 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := map[string]string{"Origin": c.origin}
			if c.method == "OPTIONS" {
				header["Access-Control-Request-Method"], header["Authorization"] = "POST", ""
			}
			res, text, err := send(t.Context(), client, url, request{method: c.method, path: c.path, header: header, body: `{"texts": ["a"]}`})
			if err != nil {
				t.Fatal(err)
			}
			h := res.Header
			if res.StatusCode != c.status || h.Get("Access-Control-Allow-Origin") != c.allowed || h.Get("Vary") != "Origin" {
				t.Errorf("status %d, want %d: %v %s", res.StatusCode, c.status, h, text)
			}
			if c.status == 204 && (h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Allow-Headers") != "Authorization, Content-Type") {
				t.Errorf("headers %v", h)
			}
		})
	}
}

// Without a key, or with a weak one or an origin that is none, nothing is answered but an error that says so.
func TestConfig(t *testing.T) {
	for _, c := range []struct{ keys, origins, want string }{
		{"", origin, "API_KEYS is not set; without a key nobody may call"},
		{" , ", origin, "API_KEYS is not set; without a key nobody may call"},
		{key + ",short", origin, "API_KEYS: a key has 5 characters, it must have at least 16"},
		{key, "app.example", `ALLOWED_ORIGINS: "app.example" is no origin like https://example.org`},
		{key, "https://app.example/", `ALLOWED_ORIGINS: "https://app.example/" is no origin like https://example.org`},
		{key, "*", `ALLOWED_ORIGINS: "*" is no origin like https://example.org`},
	} {
		if _, err := api.NewConfig(c.keys, c.origins); err == nil || err.Error() != c.want {
			t.Errorf("%q, %q: error %v, want %s", c.keys, c.origins, err, c.want)
		}
	}
	s := serve(t, map[string]string{"API_KEYS": ""}, nil)
	for range 2 {
		res, text, err := send(t.Context(), http.DefaultClient, s.URL, embedding(`{"texts": ["a"]}`))
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 500 || !strings.Contains(string(text), "API_KEYS is not set") {
			t.Errorf("status %d: %s", res.StatusCode, text)
		}
	}
}
