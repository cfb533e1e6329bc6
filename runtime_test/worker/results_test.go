package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// texts are short and long, in several alphabets, with one of several windows and some that are alike.
var texts = []string{
	"Light is a wave.", "a", "Light is a wave.", "  the cat\n sat   on the mat ", "Wie spät ist es?", "光は波である。", "👩‍👩‍👧 e\u0301",
	strings.Repeat("word ", 300), "\x00\x01", "x=1;", "What is inflation?", "<b>&amp;</b>", strings.Repeat("The sky is blue today. ", 5),
}

var article = strings.Repeat("The cat sat on the mat. It rained all day in London! Are prices going up again? A dog barked.\n\n", 4) +
	"Inflation rose to five per cent. The kitten chased a ball of wool."

// The Worker's answers are package wasm's: the same bits with the baseline kernels, nearly the same with the relaxed ones.
func TestResults(t *testing.T) {
	local := &http.Client{Transport: newNative(t)}
	embed, focus := embedding(asJSON(map[string]any{"texts": texts})), focusing(asJSON(map[string]any{"text": article, "query": "prices", "budget": .3}))
	wantEmbed, err := ask[embedded](t.Context(), local, "http://native", embed)
	if err != nil {
		t.Fatal(err)
	}
	wantFocus, err := ask[focused](t.Context(), local, "http://native", focus)
	if err != nil {
		t.Fatal(err)
	}
	if len(wantEmbed.Embeddings) != len(texts) || len(wantFocus.Found) == 0 || wantEmbed.Embeddings[7].Tokens <= 128 {
		t.Fatalf("natively: %+v, %+v", wantEmbed, wantFocus)
	}
	for _, variant := range []string{"simd", "relaxed"} {
		t.Run(variant, func(t *testing.T) {
			url := serve(t, map[string]string{"VARIANT": variant}, nil).URL
			got, err := ask[embedded](t.Context(), http.DefaultClient, url, embed)
			if err != nil {
				t.Fatal(err)
			}
			if variant == "simd" && !reflect.DeepEqual(got, wantEmbed) {
				t.Error("embeddings differ from wazero's")
			}
			for i, e := range got.Embeddings {
				want := wantEmbed.Embeddings[i]
				if c := cosine(e.Vector, want.Vector); !(c > .9999 && c < 1.0001) || e.Tokens != want.Tokens {
					t.Errorf("text %d: cosine %v, %d tokens, want %d", i, c, e.Tokens, want.Tokens)
				}
			}
			found, err := ask[focused](t.Context(), http.DefaultClient, url, focus)
			if err != nil {
				t.Fatal(err)
			}
			checkFocus(t, found, wantFocus, variant == "simd")
		})
	}
}

func checkFocus(t *testing.T, got, want focused, exact bool) {
	t.Helper()
	if exact && !reflect.DeepEqual(got, want) {
		t.Errorf("focus %+v, want %+v", got, want)
	}
	if got.Sentences != want.Sentences || got.Tokens != want.Tokens || len(got.Found) != len(want.Found) {
		t.Fatalf("focus %+v, want %+v", got, want)
	}
	for i, m := range got.Found {
		if m.Text != article[m.Start:m.End] || !(math.Abs(m.Score-want.Found[i].Score) <= 1e-3) {
			t.Errorf("match %d: %+v, want %+v", i, m, want.Found[i])
		}
	}
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// 50 requests at once, of which every third is given up by its client: before its body is sent, in the middle of it, or while it is
// computed. All others are right. The first ones meet a Worker that has yet to start.
func TestInterleaved(t *testing.T) {
	url := serve(t, map[string]string{"VARIANT": "simd"}, nil).URL
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
	local := &http.Client{Transport: newNative(t)}
	answers := make([]embedded, 50)
	errs := make([]error, 50)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if i%3 == 0 {
				errs[i] = abandon(t.Context(), client, url, i)
				return
			}
			answers[i], errs[i] = ask[embedded](t.Context(), client, url, numbered(i))
		})
	}
	all.Wait()
	gone := 0
	for i, got := range answers {
		if i%3 == 0 {
			if errors.Is(errs[i], context.Canceled) || errors.Is(errs[i], errGone) {
				gone++
			}
			continue
		}
		if errs[i] != nil {
			t.Errorf("request %d: %v", i, errs[i])
			continue
		}
		want, err := ask[embedded](t.Context(), local, "http://native", numbered(i))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("request %d has another's answer", i)
		}
	}
	t.Logf("%d of 17 were given up in time", gone)
	if gone < 10 {
		t.Error("too few: the test tests nothing")
	}
}

func numbered(i int) request {
	return embedding(asJSON(map[string]any{"texts": []string{fmt.Sprintf("This is text %d of fifty.", i), strings.Repeat("and ", i)}}))
}

var errGone = errors.New("the client is gone")

// abandon sends a request and leaves it, at a stage that depends on i.
func abandon(ctx context.Context, client *http.Client, url string, i int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, pipe := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "POST", url+"/v1/embed", body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	go func() {
		whole := numbered(i).body
		stage := [][]string{{}, {whole[:10]}, {whole[:10], whole[10:]}}[i/3%3]
		for _, part := range stage {
			io.WriteString(pipe, part)
		}
		if len(stage) == 2 {
			pipe.Close()
			time.Sleep(time.Millisecond) // while it waits for its turn or computes
		}
		cancel()
		pipe.CloseWithError(errGone)
	}()
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// The client whose request starts the Worker leaves at once; the next one is answered nevertheless, and soon.
func TestFirstClientLeaves(t *testing.T) {
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond} {
		url := serve(t, nil, nil).URL
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := ask[embedded](ctx, http.DefaultClient, url, numbered(1))
		cancel()
		begin := time.Now()
		if _, next := ask[embedded](t.Context(), http.DefaultClient, url, numbered(2)); next != nil {
			t.Errorf("after %v (%v): %v", after, err, next)
		}
		if took := time.Since(begin); took > 12*time.Second {
			t.Errorf("the next one waited %v", took)
		}
	}
}

// What breaks is answered with an error, and does not answer again: the next request finds a new Go, new kernels.
func TestBroken(t *testing.T) {
	url := serve(t, map[string]string{"VARIANT": "simd"}, map[string]string{"js/core.js": "testdata/faulty.js", "js/real.js": "../../js/core.js"}).URL
	good := embedding(`{"texts": ["good"]}`)
	want, err := ask[embedded](t.Context(), http.DefaultClient, url, good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ fault, code, message string }{
		{"trap", "trap", "unreachable"},
		{"panic", "internal", "Go has ended"},
		{"wait", "internal", "Go has ended"},
	} {
		for _, path := range []string{"/v1/embed", "/v1/focus"} {
			body := map[string]any{"texts": []string{"fault: " + c.fault}}
			if path == "/v1/focus" {
				body = map[string]any{"text": "fault: " + c.fault}
			}
			var failed struct{ Error failure }
			res, text, err := send(t.Context(), http.DefaultClient, url, request{path: path, body: asJSON(body)})
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &failed); err != nil || res.StatusCode != 500 || failed.Error.Code != c.code || !strings.Contains(failed.Error.Message, c.message) {
				t.Errorf("%s: status %d: %s", c.fault, res.StatusCode, text)
			}
			got, err := ask[embedded](t.Context(), http.DefaultClient, url, good)
			if err != nil || !slices.Equal(got.Embeddings[0].Vector, want.Embeddings[0].Vector) {
				t.Errorf("after %s: %v", c.fault, err)
			}
		}
	}
}
