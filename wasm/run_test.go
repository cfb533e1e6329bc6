package wasm_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

var background = context.Background()

var sampleTexts = [][]int32{{3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {}, {19, 0, 19}, {7, 7}}

func TestRunAgainstFloat64(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		f := newTestFile(t)
		s := session(t, mustLoad(t, rt), nil)
		got, err := s.Run(background, "embed", texts(sampleTexts...))
		if err != nil {
			t.Fatal(err)
		}
		e := got["embedding"]
		if len(got) != 1 || e.DType != wasm.Float32 || len(e.Shape) != 2 || e.Shape[0] != len(sampleTexts) || e.Shape[1] != out {
			t.Fatalf("outputs %v", got)
		}
		for i, ids := range sampleTexts {
			near(t, e.Float32s()[i*out:][:out], f.embed(ids), 2e-6)
		}
	})
}

func near(t *testing.T, got []float32, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d elements, want %d", len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(float64(got[i])-want[i]) <= tol) {
			t.Errorf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// Both engines give the same bits, and a run leaves nothing behind that
// changes the next.
func TestRunBits(t *testing.T) {
	var first []byte
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		s := session(t, mustLoad(t, rt), nil)
		for range 2 {
			got, err := s.Run(background, "embed", texts(sampleTexts...))
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got["embedding"].Data
			}
			if !bytes.Equal(got["embedding"].Data, first) {
				t.Error("bits differ")
			}
			if _, err := s.Run(background, "embed", texts(sampleTexts[1])); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRunErrors(t *testing.T) {
	good := func() wasm.Tensors { return texts(sampleTexts...) }
	with := func(name string, x wasm.Tensor) wasm.Tensors {
		in := good()
		in[name] = x
		return in
	}
	without := good()
	delete(without, "lengths")
	tooLong := make([]int32, maxLen+1)
	cases := []struct {
		name    string
		program string
		in      wasm.Tensors
		want    wasm.Error
	}{
		{"program", "embedd", good(), wasm.Error{Code: "unknown", Op: "run", Arg: "embedd", Want: "embed, score"}},
		{"missing", "embed", without, wasm.Error{Code: "missing", Op: "embed", Arg: "lengths"}},
		{"nothing", "embed", nil, wasm.Error{Code: "missing", Op: "embed", Arg: "ids"}},
		{"extra", "embed", with("id", wasm.I32(nil)), wasm.Error{Code: "unknown", Op: "embed", Arg: "id", Want: "ids, lengths"}},
		{"dtype", "embed", with("lengths", wasm.F32(make([]float32, 5))), wasm.Error{Code: "input-type", Op: "embed", Arg: "lengths", Got: "f32", Want: "i32"}},
		{"no dtype", "embed", with("lengths", wasm.Tensor{}), wasm.Error{Code: "input-type", Op: "embed", Arg: "lengths", Got: "dtype(0)", Want: "f32, i32, u8 or f16"}},
		{"rank", "embed", with("ids", wasm.I32(make([]int32, 5))), wasm.Error{Code: "input-shape", Op: "embed", Arg: "ids", Got: "[5]", Want: "[batch tokens]"}},
		{"disagreement", "embed", with("lengths", wasm.I32(make([]int32, 4))), wasm.Error{Code: "input-shape", Op: "embed", Arg: "lengths", Got: "[4]", Want: "[5]"}},
		{"negative", "embed", with("lengths", wasm.Tensor{DType: wasm.Int32, Shape: []int{-1}}), wasm.Error{Code: "input-shape", Op: "embed", Arg: "lengths", Got: "[-1]", Want: "lengths of 32 bits"}},
		{"data", "embed", with("lengths", wasm.I32(make([]int32, 4), 5)), wasm.Error{Code: "input-data", Op: "embed", Arg: "lengths", Got: "16", Want: "20"}},
		{"overflow", "embed", with("lengths", wasm.Tensor{DType: wasm.Int32, Shape: []int{math.MaxUint32, math.MaxUint32, math.MaxUint32}}), wasm.Error{Code: "memory", Op: "embed", Arg: "lengths", Got: "[4294967295 4294967295 4294967295]"}},
		{"no text", "embed", wasm.Tensors{"ids": wasm.I32(nil, 0, 4), "lengths": wasm.I32(nil)}, wasm.Error{Code: "dim-low", Op: "embed", Arg: "batch", Got: "0", Want: "1"}},
		{"no token", "embed", wasm.Tensors{"ids": wasm.I32(nil, 2, 0), "lengths": wasm.I32(make([]int32, 2))}, wasm.Error{Code: "dim-low", Op: "embed", Arg: "tokens", Got: "0", Want: "1"}},
		{"too long", "embed", texts(tooLong), wasm.Error{Code: "dim-high", Op: "embed", Arg: "tokens", Got: "10", Want: "9"}},
		{"constant axis", "score", wasm.Tensors{"query": wasm.F32(make([]float32, 6), 1, 6), "keys": wasm.F32(make([]float32, out), 1, out)}, wasm.Error{Code: "input-shape", Op: "score", Arg: "query", Got: "[1 6]", Want: "[1 7]"}},
		{"id too large", "embed", texts([]int32{1, rows}), wasm.Error{Code: "index", Op: "gather", Got: "20", Want: "20"}},
		{"id negative", "embed", texts([]int32{-1}), wasm.Error{Code: "index", Op: "gather", Got: "-1", Want: "20"}},
		{"length too large", "embed", with("lengths", wasm.I32([]int32{0, 1, 2, 3, 10})), wasm.Error{Code: "length", Op: "masked_mean", Got: "10", Want: "9"}},
		{"length negative", "embed", with("lengths", wasm.I32([]int32{0, 1, -2, 3, 4})), wasm.Error{Code: "length", Op: "masked_mean", Got: "-2", Want: "9"}},
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		s := session(t, mustLoad(t, rt), nil)
		for _, c := range cases {
			_, err := s.Run(background, c.program, c.in)
			wantError(t, c.name, err, c.want)
		}
		if _, err := s.Run(background, "embed", good()); err != nil {
			t.Errorf("after the errors: %v", err)
		}
	})
}

// wantError checks the fields of an error and that it has words.
func wantError(t *testing.T, name string, err error, want wasm.Error) {
	t.Helper()
	var got *wasm.Error
	if !errors.As(err, &got) {
		t.Errorf("%s: error %v, want %+v", name, err, want)
		return
	}
	if got.Code != want.Code || got.Op != want.Op || got.Arg != want.Arg || got.Got != want.Got || got.Want != want.Want {
		t.Errorf("%s: error {Code:%s Op:%s Arg:%s Got:%s Want:%s}, want %+v", name, got.Code, got.Op, got.Arg, got.Got, got.Want, want)
	}
	if len(got.Error()) < 20 || bytes.ContainsAny([]byte(got.Error()), "{}\n") {
		t.Errorf("%s: message %q", name, got.Error())
	}
}

// ours fails the test if err is neither nil nor an Error with a code that says
// more than that the engine broke.
func ours(t *testing.T, err error) {
	t.Helper()
	var e *wasm.Error
	if err != nil && (!errors.As(err, &e) || e.Code == "trap" || e.Code == "internal") {
		t.Errorf("error %v", err)
	}
}

func TestNaN(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		nan := float32(math.NaN())
		got, err := session(t, mustLoad(t, rt), nil).Run(background, "score", wasm.Tensors{
			"query": wasm.F32([]float32{1, 0, 0, 0, 0, 0, 0}, 1, out),
			"keys":  wasm.F32([]float32{2, 0, 0, 0, 0, 0, 0, nan, 0, 0, 0, 0, 0, 0}, 2, out),
		})
		if err != nil {
			t.Fatal(err)
		}
		scores := got["scores"].Float32s()
		if scores[0] != 2 || !math.IsNaN(float64(scores[1])) {
			t.Errorf("scores %v, want [2 NaN]", scores)
		}
	})
}

func TestSessionDims(t *testing.T) {
	m := mustLoad(t, open(t, wasm.Options{Engine: engines[0]}))
	for _, c := range []struct {
		dims wasm.Dims
		want wasm.Error
	}{
		{wasm.Dims{"batchs": 1}, wasm.Error{Code: "unknown", Op: "session", Arg: "batchs", Want: "batch, keys, queries, tokens"}},
		{wasm.Dims{"batch": 7}, wasm.Error{Code: "dim-value", Op: "session", Arg: "batch", Got: "7", Want: "1..6"}},
		{wasm.Dims{"batch": -1}, wasm.Error{Code: "dim-value", Op: "session", Arg: "batch", Got: "-1", Want: "1..6"}},
	} {
		_, err := m.NewSession(c.dims)
		wantError(t, "dims", err, c.want)
	}
	s := session(t, m, wasm.Dims{"batch": 2})
	if _, err := s.Run(background, "embed", texts(sampleTexts[0], sampleTexts[1])); err != nil {
		t.Error(err)
	}
	_, err := s.Run(background, "embed", texts(sampleTexts[0]))
	wantError(t, "fixed", err, wasm.Error{Code: "input-shape", Op: "embed", Arg: "ids", Got: "[1 1]", Want: "[2 1]"})
}

func TestConcurrentUse(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		f := newTestFile(t)
		models := []*wasm.Model{mustLoad(t, rt), mustLoad(t, rt)}
		var wg sync.WaitGroup
		for i := range 8 {
			ids := sampleTexts[i%len(sampleTexts)]
			s := session(t, models[i%2], nil)
			wg.Go(func() {
				for range 5 {
					got, err := s.Run(background, "embed", texts(ids))
					if err != nil {
						t.Error(err)
						return
					}
					near(t, got["embedding"].Float32s(), f.embed(ids), 2e-6)
					if _, err := models[i%2].Tokenize(background, "a wave"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestContext(t *testing.T) {
	rt := open(t, wasm.Options{Engine: engines[0]})
	m := mustLoad(t, rt)
	s := session(t, m, nil)
	done, cancel := context.WithCancel(background)
	cancel()
	calls := map[string]func() error{
		"open": func() error { _, err := wasm.Open(done, wasm.Options{Engine: engines[0]}); return err },
		"load": func() error {
			b := newTestFile(t).bytes(t)
			_, err := rt.Load(done, bytes.NewReader(b), int64(len(b)))
			return err
		},
		"run": func() error { _, err := s.Run(done, "embed", texts(sampleTexts...)); return err },
		"op": func() error {
			_, err := rt.Op(done, "softmax", nil, wasm.Tensors{"x": wasm.F32([]float32{1})})
			return err
		},
		"tokenize": func() error { _, err := m.Tokenize(done, "x"); return err },
		"split":    func() error { _, err := m.Split(done, "x"); return err },
		"plan":     func() error { _, err := m.Plan(done, []int{1}, 1, 1); return err },
		"select":   func() error { _, err := m.Select(done, []float32{1}, []int{1}, 1); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
}

func TestClosed(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		m, other := mustLoad(t, rt), mustLoad(t, rt)
		s := session(t, m, nil)
		for range 2 {
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.Run(background, "embed", texts(sampleTexts...))
		wantError(t, "run", err, wasm.Error{Code: "closed", Op: "", Arg: "model"})
		_, err = m.Tokenize(background, "x")
		wantError(t, "tokenize", err, wasm.Error{Code: "closed", Op: "", Arg: "model"})
		if _, err := session(t, other, nil).Run(background, "embed", texts(sampleTexts...)); err != nil {
			t.Errorf("the other model: %v", err)
		}
		if err := rt.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = session(t, other, nil).Run(background, "embed", texts(sampleTexts...))
		wantError(t, "run after the runtime", err, wasm.Error{Code: "closed", Op: "", Arg: "model"})
		_, err = load(rt, newTestFile(t).bytes(t))
		wantError(t, "load", err, wasm.Error{Code: "closed", Op: "", Arg: "runtime"})
		_, err = rt.Op(background, "softmax", nil, wasm.Tensors{"x": wasm.F32([]float32{1})})
		wantError(t, "op", err, wasm.Error{Code: "closed", Op: "", Arg: "runtime"})
	})
}
