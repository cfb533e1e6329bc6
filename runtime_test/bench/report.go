package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

// samples are times in milliseconds by what was done, a time a round.
type samples map[string][]float64

// results are the answers of the page's functions; what was not asked for is empty.
type results struct {
	Peers []peer               `json:",omitempty"`
	Rows  map[string]*tableRow `json:",omitempty"`
	Long  []longRun            `json:",omitempty"`
	Table []line               `json:",omitempty"`
	Micro struct {
		Samples samples
		Flops   map[string]float64
	}
	Encode struct {
		Samples samples
		Cosines map[string]float64 // to tfjs-wasm's embedding
	}
	First    samples
	Threads  samples
	Focus    samples
	Worker   samples
	Terminal []float64 // whole runs of the built program, in milliseconds
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// ratio is the median over the rounds of a's time to b's, each with the same work.
func ratio(a, b []float64) float64 {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	return median(r)
}

// least is what a work takes when nothing disturbs it.
func least(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return slices.Min(x)
}

// speed is the ratio of what a computes in a second to what b does.
func (r *results) speed(a, b string) float64 {
	m := r.Micro
	return ratio(m.Samples[b], m.Samples[a]) * m.Flops[a] / m.Flops[b]
}

// a bar is a ratio with what it must reach; want 0 asks for nothing.
type bar struct {
	what        string
	value, want float64
	most        bool // value may be at most want
}

// verdict is the bar's last column. NaN misses.
func (b bar) verdict() string {
	sign, met := "≥", b.value >= b.want
	if b.most {
		sign, met = "≤", b.value <= b.want
	}
	switch {
	case b.want == 0:
		return "for comparison"
	case met:
		return fmt.Sprintf("%s %.2f met", sign, b.want)
	}
	return fmt.Sprintf("%s %.2f missed", sign, b.want)
}

func (r *results) bars() []bar {
	e, f := r.Encode.Samples, r.Focus
	const first = "first run / warm median, 128 tokens, fresh module"
	bars := []bar{
		{"4×8 tile / register-only loop, simd", r.speed("tile simd", "ceiling simd"), 0.85, false},
		{"6×8 tile / register-only loop, relaxed", r.speed("tile relaxed", "ceiling relaxed"), 0.9, false},
		{"attention's products / register-only loop, relaxed", r.speed("products relaxed", "ceiling relaxed"), 0.9, false},
		{"matmul 512³ / tile, simd", r.speed("matmul simd", "tile simd"), 0.8, false},
		{"matmul 512³ relaxed / simd", r.speed("matmul relaxed", "matmul simd"), 1.3, false},
		// Where additions have pipes of their own, a fused pair is hardly quicker than two instructions.
		{"register-only loop, relaxed / simd", r.speed("ceiling relaxed", "ceiling simd"), 0, false},
		{"matmul 512³ relaxed / tfjs-wasm", r.speed("matmul relaxed", "matmul tfjs-wasm"), 1, false},
		{"encode 128 tokens f32 simd / tfjs-wasm", ratio(e["128 tokens tfjs-wasm"], e["128 tokens f32 simd"]), 1, false},
		{"encode 128 tokens f32 relaxed / tfjs-wasm", ratio(e["128 tokens tfjs-wasm"], e["128 tokens f32 relaxed"]), 1, false},
		{"encode 128 tokens int8 relaxed / tfjs-wasm", ratio(e["128 tokens tfjs-wasm"], e["128 tokens int8 relaxed"]), 1, false},
		{"encode 19 tokens f32 relaxed / tfjs-wasm", ratio(e["19 tokens tfjs-wasm"], e["19 tokens f32 relaxed"]), 1, false},
		{first, median(r.First["first"]) / median(r.First["warm"]), 1.5, true},
		{"focus on the article in Chromium, s", (median(f["read relaxed"]) + median(f["query relaxed"])) / 1000, 1, true},
		{"focus on the article in the terminal, s", median(r.Terminal) / 1000, 4, true},
		{"/v1/embed of 19 tokens in workerd, beyond the kernels, ms", median(r.Worker["overhead"]), 10, true},
	}
	for _, variant := range []string{"simd", "relaxed"} {
		for _, work := range []struct{ name, key string }{
			{"encode 128 tokens f32", "f32"}, {"encode 128 tokens int8", "int8"}, {"matmul 512³", "matmul"},
		} {
			one, two := r.Threads[work.key+" "+variant+" 1"], r.Threads[work.key+" "+variant+" 2"]
			bars = append(bars, bar{"two threads / one, " + work.name + " " + variant, ratio(one, two), 1.6, false},
				bar{"the same, by the least times", least(one) / least(two), 0, false})
		}
	}
	at := r.Threads["two int8 simd at once"]
	bars = append(bars, bar{"two encoders at once that share nothing / one, int8 simd", 2 * ratio(r.Threads["int8 simd 1"], at), 0, false})
	if r.Micro.Samples["tile clang"] != nil {
		bars = append(bars,
			bar{"4×8 tile / the same in C by clang -O3, simd", r.speed("tile simd", "tile clang"), 0.95, false},
			bar{"attention's block / the same in C by clang -O3, simd", r.speed("attend simd", "attend clang"), 0.95, false})
	}
	return bars
}

// print writes what was timed.
func (r *results) print(out io.Writer) {
	r.printTable(out)
	r.printLong(out)
	bars := slices.DeleteFunc(r.bars(), func(b bar) bool { return math.IsNaN(b.value) }) // those whose group was not run
	if len(bars) > 0 {
		r.printBars(out, bars)
	}
}

// printBars writes a table of times and one of ratios.
func (r *results) printBars(out io.Writer, bars []bar) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "median of\tms\t")
	for _, name := range slices.Sorted(maps.Keys(r.Micro.Samples)) {
		ms := median(r.Micro.Samples[name])
		fmt.Fprintf(w, "%s\t%.2f\t%.1f GFLOP/s\n", name, ms, r.Micro.Flops[name]/ms/1e6)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Encode.Samples)) {
		fmt.Fprintf(w, "encode %s\t%.2f\tcosine %.5f to tfjs-wasm\n", name, median(r.Encode.Samples[name]), r.Encode.Cosines[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Threads)) {
		fmt.Fprintf(w, "%s thread(s)\t%.2f\t\n", name, median(r.Threads[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(r.First)) {
		fmt.Fprintf(w, "%s run, 128 tokens\t%.2f\t\n", name, median(r.First[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Focus)) {
		fmt.Fprintf(w, "article: %s\t%.1f\t\n", name, median(r.Focus[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Worker)) {
		fmt.Fprintf(w, "Worker: %s, 19 tokens\t%.2f\t\n", name, median(r.Worker[name]))
	}
	fmt.Fprintln(w, "\nratio\t\twanted")
	for _, b := range bars {
		fmt.Fprintf(w, "%s\t%.2f\t%s\n", b.what, b.value, b.verdict())
	}
	w.Flush()
}

// save writes the samples for later, and where they are.
func (r *results) save(w io.Writer) error {
	dir, err := out()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "bench.json")
	fmt.Fprintln(w, "\nall samples:", path)
	return os.WriteFile(path, b, 0o666)
}
