package quantize

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// testdata/f16.json holds pairs of float32 and binary16 bits from numpy's
// astype(float16): ties, the edges of the subnormals and of overflow, and random
// values.
func TestF16AgreesWithNumpy(t *testing.T) {
	var pairs [][2]uint32
	readJSON(t, "testdata/f16.json", &pairs)
	for _, p := range pairs {
		x := math.Float32frombits(p[0])
		if got := F16(x); uint32(got) != p[1] {
			t.Errorf("F16(%v) = %#04x, want %#04x", x, got, p[1])
		}
	}
}

// Each binary16 has the value that the format's definition gives it, comes back
// unchanged, and is what the numbers around it round to.
func TestF16AllValues(t *testing.T) {
	for h := range uint32(1 << 16) {
		exponent, fraction := int(h>>10&31), float64(h&0x3FF)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if h&0x8000 != 0 {
			want = -want
		}
		x := FromF16(uint16(h))
		if math.IsNaN(want) {
			if x == x || F16(x) != uint16(h)|0x200 {
				t.Errorf("NaN %#04x gives %v, then %#04x", h, x, F16(x))
			}
			continue
		}
		if float64(x) != want || math.Signbit(float64(x)) != math.Signbit(want) || F16(x) != uint16(h) {
			t.Errorf("%#04x is %v, want %v; back: %#04x", h, x, want, F16(x))
		}
	}
}

// Between neighbours a < b the midpoint goes to the even one and the float32
// values next to it to the nearer one.
func TestF16Midpoints(t *testing.T) {
	for h := uint16(0); h < 0x7BFF; h++ {
		a, b := FromF16(h), FromF16(h+1)
		middle := float32((float64(a) + float64(b)) / 2)
		even := h + h&1
		down, up := math.Nextafter32(middle, -1), math.Nextafter32(middle, math.MaxFloat32)
		if F16(middle) != even || F16(down) != h || F16(up) != h+1 || F16(-up) != (h+1)|0x8000 {
			t.Fatalf("around %v: %#04x %#04x %#04x, want %#04x %#04x %#04x",
				middle, F16(down), F16(middle), F16(up), h, even, h+1)
		}
	}
}

// testdata/q8_0.json holds blocks quantized by the Python package gguf 0.19
// (gguf.quants.quantize, Q8_0): a binary16 scale, then 32 integers.
func TestQ8AgreesWithGGUF(t *testing.T) {
	var cases []struct {
		X     []float32
		Block string
	}
	readJSON(t, "testdata/q8_0.json", &cases)
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for i, c := range cases {
		q, scales, err := Q8(c.X)
		if err != nil {
			t.Fatal(err)
		}
		block := binary.LittleEndian.AppendUint16(nil, scales[0])
		for _, v := range q {
			block = append(block, byte(v))
		}
		if got := hex.EncodeToString(block); got != c.Block {
			t.Errorf("block %d: %s, want %s", i, got, c.Block)
		}
	}
}

func TestQ8ErrorBound(t *testing.T) {
	x := make([]float32, 64*Block)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)*1.7) * math.Exp(float64(i%97)/20))
	}
	q, scales, err := Q8(x)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		scale := float64(FromF16(scales[i/Block]))
		// Half a step, and the scale's own rounding (2^-11) times up to 127 steps.
		tol := scale * (0.5 + 127*0x1p-11)
		if got := scale * float64(q[i]); !(math.Abs(got-float64(v)) <= tol) {
			t.Errorf("value %d: %v became %v, tolerance %v", i, v, got, tol)
		}
	}
}

func TestQ8Edges(t *testing.T) {
	block := func(first float32) []float32 { return append([]float32{first}, make([]float32, 31)...) }
	for _, tiny := range []float32{0, math.SmallestNonzeroFloat32, 1e-37} {
		_, scales, err := Q8(block(tiny))
		if err != nil || scales[0] != 0 {
			t.Errorf("Q8(%v): scale %#x, %v; want zero", tiny, scales[0], err)
		}
	}
	if q, scales, err := Q8(block(maxF16 * 127)); err != nil || q[0] != 127 || FromF16(scales[0]) != maxF16 {
		t.Errorf("largest block: %d %v %v", q, scales, err)
	}
	nan := float32(math.NaN())
	for _, bad := range [][]float32{block(nan), block(float32(math.Inf(-1))), block(maxF16 * 128), make([]float32, 33)} {
		if _, _, err := Q8(bad); err == nil || !strings.HasPrefix(err.Error(), "quantize: ") {
			t.Errorf("Q8(%v...) gave error %v", bad[0], err)
		}
	}
}

func TestTranspose(t *testing.T) {
	got := Transpose([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	for i, want := range []float32{1, 4, 2, 5, 3, 6} {
		if got[i] != want {
			t.Fatalf("got %v", got)
		}
	}
}
