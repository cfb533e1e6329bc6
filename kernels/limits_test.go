package kernels

import (
	"math"
	"math/big"
	"slices"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm/program"
)

// sized is a tensor of which only the shape is used.
func sized(shape ...uint32) *array {
	return &array{shape: shape, dtype: program.F32, raw: []byte{}}
}

func sizedAs(dtype program.DType, shape ...uint32) *array {
	return &array{shape: shape, dtype: dtype, raw: []byte{}}
}

// TestLimitsRefuse has operations whose sizes or indices, from attributes and
// extents, do not fit: each is refused by name, whatever they wrap around to.
func TestLimitsRefuse(t *testing.T) {
	const outOfAttention = 17
	attention := func(more ...any) []program.AttrValue {
		return attrs(append([]any{2, 4, 4, 0, 0, 0, 1.0, 0}, more...)...)
	}
	x := sized(1, 3, 8)
	for _, c := range []struct {
		what, op  string
		attrs     []program.AttrValue
		inputs    []*array
		code, arg uint32
	}{
		{"heads·vdim = 2³²+1", "attention", attrs(6700417, 1, 641, 0, 0, 0, 1.0, 1),
			[]*array{sized(1, 2, 6700417), sized(1, 1, 1), sized(1, 1, 641)}, errOperandBytes, outOfAttention},
		{"heads·vdim = 2³²", "attention", attrs(65536, 1, 65536, 0, 0, 0, 1.0, 1),
			[]*array{sized(1, 2, 65536), sized(1, 1, 1), sized(1, 1, 65536)}, errOperandBytes, outOfAttention},
		{"a query beyond int32", "attention", attention(1, 0, math.MaxInt32), []*array{x, x, x}, errAttrValue, attrOffset},
		{"2³² keys in pages", "attention", attention(),
			[]*array{x, sized(1, 1<<20, 8), sized(1, 1<<20, 8), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, sizedAs(program.I32, 1, 4096)}, errExtentLimit, argPages},
		{"past keys of no axes", "attention", attention(), []*array{x, x, x, nil, nil, nil, sized(), sized()}, errOperandRank, argPastK},
		{"4·d = 2³⁰", "attention_flow", nil, []*array{sized(1, 1, 1<<28), sized(1, 1, 1<<28), sized(3 << 28)}, errOperandBytes, 5},
		{"3·d = 2³²+2", "attention_flow", nil, []*array{sized(1, 1, 1431655766), sized(1, 1, 1431655766), sized(2)}, errOperandBytes, 0},
		{"an input of 2³² bytes", "add", nil, []*array{sized(1<<16, 1<<14), sized(1<<16, 1<<14)}, errOperandBytes, 0},
		{"2³² scores", "scores", nil, []*array{sized(1<<16, 1), sized(1<<16, 1)}, errOperandBytes, 2},
		{"windows that wrap", "patches", attrs(1, 1, 1, 1, 1<<16-1, 1<<16-1, 0, 0), []*array{sized(1, 1, 1, 1)}, errOperandBytes, 1},
		{"padding beyond int32", "patches", attrs(1, 1, 1, 1, 1<<30, 0, 1<<30, 0), []*array{sized(1, 1, 1, 1)}, errAttrValue, 4},
		{"half a bucket", "relative_bias", attrs(relativeBoth, 128, 0), []*array{sized(1, 1), x, x}, errShape, 0},
		{"more buckets than steps", "relative_bias", attrs(relativeCausal, 128, 0), []*array{sized(mostBuckets+1, 1), x, x}, errExtentLimit, 0},
		{"a distance beyond int32", "relative_bias", attrs(relativeClipped, 0, math.MaxInt32), []*array{sized(5, 1), x, x}, errAttrValue, 2},
		{"a spectrum of too many samples", "power_spectrum", nil, []*array{sized(1, mostSamples+1), nil}, errExtentLimit, 0},
		{"rows·cols = 2³²", "gather", attrs(1.0), []*array{sized(1, 1<<16), sizedAs(program.I32, 1<<16)}, errOperandBytes, 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHost(t, 100)
			if h.tryOp(program.OpByName(c.op).Code, c.attrs, c.inputs...) != 0 {
				t.Fatal("accepted")
			}
			h.wantError(c.code)
			if r := h.record(); r.Arg != c.arg {
				t.Errorf("operand or attribute %d, want %d: %s", r.Arg, c.arg, r.Message())
			}
		})
	}
}

// TestFarPadding cuts windows that lie wholly outside of the image, at either
// end.
func TestFarPadding(t *testing.T) {
	x := ramp(1, 3, 10, 2)
	for _, pads := range [][4]int{{4, 65537, 0, 2}, {4, 2, 0, 65537}, {65537, 2, 1, 2}, {1, 2, 65537, 2}} {
		h := newHost(t, 200)
		kh, kw, sh, sw := 7, 3, 3, 4
		table := h.op("patches", attrs(kh, kw, sh, sw, pads[0], pads[1], pads[2], pads[3]), x)
		h.run(table)
		var want []float32
		for top := -pads[0]; top+kh <= 3+pads[2]; top += sh {
			for left := -pads[1]; left+kw <= 10+pads[3]; left += sw {
				for y := top; y < top+kh; y++ {
					for at := 2 * left; at < 2*(left+kw); at++ {
						v := float32(0)
						if y >= 0 && y < 3 && at >= 0 && at < 20 {
							v = x.floats[20*y+at]
						}
						want = append(want, v)
					}
				}
			}
		}
		if got := h.output(table); !slices.Equal(got, want) {
			t.Errorf("paddings %v: other windows", pads)
		}
	}
}

// TestManyBuckets compares the rows of large tables, whose powers overflow,
// with powers of whole numbers: d is in bucket half+b if half·(farthest/half)^(b/steps)
// ≤ d, both to the power of steps.
func TestManyBuckets(t *testing.T) {
	for _, n := range []uint32{256, 1000, mostBuckets} {
		half := n / 2
		steps := int64(n - half)
		for _, farthest := range []uint32{2 * n, 1 << 20, math.MaxInt32} {
			for _, d := range []uint32{half, half + 1, 3 * half, farthest / 2, farthest - 1} {
				if d >= farthest {
					continue
				}
				power := func(base uint32, n int64) *big.Int {
					return new(big.Int).Exp(big.NewInt(int64(base)), big.NewInt(n), nil)
				}
				atLeast := func(b int64) bool { // half^(steps-b)·farthest^b ≤ d^steps
					border := new(big.Int).Mul(power(half, steps-b), power(farthest, b))
					return border.Cmp(power(d, steps)) <= 0
				}
				got := relativeBucket(d, n, farthest)
				b := int64(got - half)
				if !atLeast(b) || got < n-1 && atLeast(b+1) {
					t.Errorf("distance %d of %d, %d rows: row %d", d, farthest, n, got)
				}
			}
		}
	}
}

// TestGreatestOfMany takes the greatest of rows that rise, fall and have
// equals: all that come are kept for a while.
func TestGreatestOfMany(t *testing.T) {
	const n = 5000
	for name, value := range map[string]func(i int) float32{
		"rising":  func(i int) float32 { return float32(i) },
		"falling": func(i int) float32 { return float32(-i) },
		"equals":  func(i int) float32 { return float32(i % 7) },
	} {
		for _, k := range []int{1, 2, 100, n} {
			x, order := make([]float32, n), make([]int, n)
			for i := range x {
				x[i], order[i] = value(i), i
			}
			slices.SortStableFunc(order, func(i, j int) int { return int(x[j] - x[i]) })
			h := newHost(t, 100)
			table := h.opFor(3, "top_k", attrs(k), &array{shape: []uint32{n}, floats: x})
			h.run(table)
			values, indices := bytesFloats(h.tensor(table, 1)), h.tensor(table, 2)
			for i := range k {
				if got := int(indices[4*i]) | int(indices[4*i+1])<<8; values[i] != x[order[i]] || got != order[i] {
					t.Errorf("%s: number %d of %d is %g, element %d, want %g, element %d", name, i, k, values[i], got, x[order[i]], order[i])
					break
				}
			}
		}
	}
}

// TestPagesOverTheDevice asks for scratch memory of more than 32-bit sizes:
// the same page is named often.
func TestPagesOverTheDevice(t *testing.T) {
	h := newHost(t, 400)
	x := ramp(1, 1, 1024)
	page := &array{shape: []uint32{1, 1024, 1024}, dtype: program.F32, raw: make([]byte, 4<<20)}
	pages := &array{shape: []uint32{1, 1024}, ints: make([]int32, 1024)}
	table := h.op("attention", attrs(1, 1024, 1024, 0, 0, 0, 1.0), x, page, page, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, pages)
	if got := word(U32(table.Load(bindDispatches)), listValues/4); got != math.MaxUint32 {
		t.Errorf("%d bytes of scratch memory for the keys, want more than there are", got)
	}
}
