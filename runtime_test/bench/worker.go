package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fovea-run/fovea/demo/worker/deploy"
	"github.com/fovea-run/fovea/demo/worker/workerd"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

// sentence has 19 tokens.
const sentence = "The quick brown fox jumps over the lazy dog and runs away from the big angry bear"

// repeats is how often the kernels run in a request that times them: a Worker's clock stands still while it computes.
const repeats = 10

// timeWorker times warm requests to the Worker in workerd: whole ones, and in turns with them what the kernels take for the same.
func timeWorker(rounds int) (samples, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir, err := out()
	if err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, "worker")
	if err := deploy.Build(ctx, dir); err != nil {
		return nil, err
	}
	config, err := deploy.Config(dir)
	if err != nil {
		return nil, err
	}
	const key = "a key for benchmarks"
	own := workerd.Module{Name: "bench.js", Path: filepath.Join(engine.Root(), "runtime_test/bench/worker.js")}
	config.Modules = slices.Insert(config.Modules, 0, own)
	config.Addr, config.Env, config.Log = "127.0.0.1:0", map[string]string{"API_KEYS": key}, os.Stderr
	s, err := workerd.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	times := samples{}
	for round := range rounds + 50 { // the first ones are slower: code is compiled again, better
		for name, path := range map[string]string{
			"embed": "/v1/embed", "kernels once": "/kernels?runs=1", "kernels more": fmt.Sprintf("/kernels?runs=%d", 1+repeats),
		} {
			ms, err := timeRequest(ctx, s.URL+path, key)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			if round >= 50 {
				times[name] = append(times[name], ms)
			}
		}
	}
	for i, more := range times["kernels more"] {
		times["kernels"] = append(times["kernels"], (more-times["kernels once"][i])/repeats)
	}
	for i, whole := range times["embed"] {
		times["overhead"] = append(times["overhead"], whole-times["kernels"][i])
	}
	return times, nil
}

// timeRequest sends sentence and returns how long the answer took, which must be about 19 tokens.
func timeRequest(ctx context.Context, url, key string) (ms float64, err error) {
	body, err := json.Marshal(map[string]any{"texts": []string{sentence}})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	begin := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	var answer struct{ Embeddings []struct{ Tokens int } }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return 0, err
	}
	ms = float64(time.Since(begin)) / 1e6
	if res.StatusCode != 200 || len(answer.Embeddings) != 1 || answer.Embeddings[0].Tokens != 19 {
		return 0, fmt.Errorf("status %d, %+v", res.StatusCode, answer)
	}
	return ms, nil
}
