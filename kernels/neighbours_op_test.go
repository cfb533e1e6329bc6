package kernels

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A neighbourCase runs one operation and has its first output from float64.
type neighbourCase struct {
	name   string
	attrs  []program.AttrValue
	inputs []*array
	tol    float64
	want   func(in []*array) []float64
}

// at returns element i of an operand.
func (a *array) at(i int) float64 { return float64(a.floats[i]) }

// last is the extent of the last axis.
func (a *array) last() int { return int(a.shape[len(a.shape)-1]) }

// mapped is f of each element.
func mapped(a *array, f func(x float64) float64) (out []float64) {
	for i := range a.floats {
		out = append(out, f(a.at(i)))
	}
	return out
}

// q8Blocks are the elements and scales of newQ8Matrix, q4Blocks of
// newQ4Matrix, as operands.
func q8Blocks(n, k uint32) []*array {
	w := newQ8Matrix(int(k), int(n))
	return []*array{{shape: []uint32{n, k}, dtype: program.U8, raw: w.q}, halves(w.scales, n, k/blockLen)}
}

func q4Blocks(n, k uint32) []*array {
	w := newQ4Matrix(int(k), int(n))
	return []*array{{shape: []uint32{n, k / 2}, dtype: program.U8, raw: w.q}, halves(w.scales, n, k/blockLen)}
}

func halves(values []uint16, shape ...uint32) *array {
	a := &array{shape: shape, dtype: program.F16, raw: []byte{}}
	for _, v := range values {
		a.raw = binary.LittleEndian.AppendUint16(a.raw, v)
	}
	return a
}

var neighbourCases = []neighbourCase{
	{"rms_norm", attrs(1e-3), []*array{ramp(50, 3, 33), ramp(3, 33)}, 1e-5, func(in []*array) (out []float64) {
		for r := range 50 {
			var sum float64
			for i := range 99 {
				sum += in[0].at(99*r+i) * in[0].at(99*r+i) / 99
			}
			for i := range 99 {
				out = append(out, in[0].at(99*r+i)/math.Sqrt(sum+1e-3)*in[1].at(i))
			}
		}
		return out
	}},
	{"gated", attrs(int(program.SiLU), 33, 2, 40), []*array{ramp(2, 151, 40), ramp(2, 151, 75)}, 1e-6, func(in []*array) (out []float64) {
		for i := range 302 * 33 {
			r, c := i/33, i%33
			out = append(out, activationReference(in[0].at(40*r+2+c), actSiLU)*in[1].at(75*r+40+c))
		}
		return out
	}},
	{"rope", attrs(2, 8, 6, 1, 1, 100.0, 0.5), []*array{ramp(2, 5, 19), nil, nil, nil, {shape: []uint32{2, 5}, ints: []int32{4, 3, 2, 1, 0, 9, -8, 700, 6, 5}}}, 1e-4, func(in []*array) []float64 {
		return ropeReference(in[0], 2, 8, 6, 1, true, func(token, i int) float64 {
			return float64(in[4].ints[token]) * 0.5 * math.Pow(100, -float64(i)/3)
		})
	}},
	{"rope", attrs(1, 8, 0, 0, 0, 0.0, 0.0), []*array{ramp(2, 300, 8), ramp(4), nil, nil, nil}, 1e-4, func(in []*array) []float64 {
		return ropeReference(in[0], 1, 8, 8, 0, false, func(token, i int) float64 { return float64(token%300) * in[1].at(i) })
	}},
	{"rope", attrs(3, 6, 4, 0, 0, 0.0, 0.0), []*array{ramp(2, 3, 18), nil, ramp(9, 2), ramp(9, 2), {shape: []uint32{2, 3}, ints: []int32{8, 0, 1, 2, 7, 3}}}, 1e-6, func(in []*array) []float64 {
		return turned(in[0], 3, 6, 4, 0, false, func(token, i int) (c, s float64) {
			at := 2*int(in[4].ints[token]) + i
			return in[2].at(at), in[3].at(at)
		})
	}},
	{"rope", attrs(3, 6, 4, 0, 1, 0.0, 0.0), []*array{ramp(2, 3, 18), nil, ramp(2, 3, 2), ramp(2, 3, 2), nil}, 1e-6, func(in []*array) []float64 {
		return turned(in[0], 3, 6, 4, 0, true, func(token, i int) (c, s float64) { return in[2].at(2*token + i), in[3].at(2*token + i) })
	}},
	{"rope", attrs(3, 6, 4, 0, 1, 0.0, 0.0), []*array{ramp(2, 3, 18), nil, ramp(3, 2), ramp(3, 2), nil}, 1e-6, func(in []*array) []float64 {
		return turned(in[0], 3, 6, 4, 0, true, func(token, i int) (c, s float64) { return in[2].at(2*(token%3) + i), in[3].at(2*(token%3) + i) })
	}},
	{"rope", attrs(1, 4, 0, 0, 0, 0.0, 0.0), []*array{ramp(2, 3, 5, 4), nil, nil, nil, {shape: []uint32{2, 5}, ints: []int32{4, 3, 2, 1, 0, 9, 8, 7, 6, 5}}}, 1e-5, func(in []*array) []float64 {
		return ropeReference(in[0], 1, 4, 4, 0, false, func(row, i int) float64 {
			return float64(in[4].ints[row/15*5+row%5]) * math.Pow(10000, -float64(i)/2)
		})
	}},
	{"pool", attrs(poolMax), []*array{ramp(3, 4, 5), indices(2, 4, 0), nil}, 0, func(in []*array) []float64 {
		return poolCase(in, poolMax)
	}},
	{"pool", attrs(poolMean), []*array{ramp(3, 4, 5), nil, {shape: []uint32{3, 4}, ints: []int32{1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1}}}, 1e-6, func(in []*array) []float64 {
		return poolCase(in, poolMean)
	}},
	{"batch_matmul", attrs(int(program.Tanh), 0, 0), []*array{ramp(2, 1, 7, 5), ramp(3, 5, 9), ramp(9), ramp(2, 3, 7, 9)}, 1e-5, batchReference(7, 5, 9, false, false, actTanh)},
	{"batch_matmul", attrs(0, 1, 0), []*array{ramp(7, 150), ramp(7, 70), nil, nil}, 1e-5, batchReference(150, 7, 70, true, false, actNone)},
	{"batch_matmul", attrs(0, 0, 1), []*array{ramp(4, 3, 7), ramp(4, 70, 7), nil, nil}, 1e-5, batchReference(3, 7, 70, false, true, actNone)},
	{"batch_matmul", attrs(0, 1, 1), []*array{ramp(3, 6, 5), ramp(1, 9, 6), ramp(9), nil}, 1e-5, batchReference(5, 6, 9, true, true, actNone)},
	{"patches", attrs(2, 3, 2, 1, 1, 0, 0, 2), []*array{ramp(2, 5, 4, 3)}, 0, func(in []*array) (out []float64) {
		for i := range 2 * 3 * 4 * 2 * 3 * 3 {
			ch, kx, ky, x, y, b := i%3, i/3%3, i/9%2, i/18%4, i/72%3, i/216
			v, row, col := 0.0, 2*y+ky-1, x+kx
			if row >= 0 && row < 5 && col < 4 {
				v = in[0].at(((b*5+row)*4+col)*3 + ch)
			}
			out = append(out, v)
		}
		return out
	}},
	{"power_spectrum", nil, []*array{ramp(101, 25), ramp(25)}, 1e-5, func(in []*array) (out []float64) {
		for i := range 101 * 13 {
			var re, im float64
			for t := range 25 {
				v := in[0].at(i/13*25+t) * in[1].at(t)
				angle := 2 * math.Pi * float64(t*(i%13)) / 25
				re, im = re+v*math.Cos(angle), im+v*math.Sin(angle)
			}
			out = append(out, re*re+im*im)
		}
		return out
	}},
	{"logarithm", attrs(0.125, 2.0, 1.0), []*array{ramp(3, 1801)}, 1e-6, func(in []*array) []float64 {
		return mapped(in[0], func(x float64) float64 { return 2*math.Log(max(x, 0.125)) + 1 })
	}},
	{"top_k", attrs(3), []*array{ramp(2, 60, 9)}, 0, func(in []*array) (out []float64) {
		for r := range 120 {
			g := newGuarded(&testing.T{}, 1<<12) // TestTopK has the kernel from a sort
			values, x := g.result(3), g.f32(in[0].floats[9*r:9*r+9])
			topK(values, 0, x, g.writable(24), 9, 3)
			for _, v := range g.read(values, 3) {
				out = append(out, float64(v))
			}
		}
		return out
	}},
	{"relative_bias", attrs(relativeClipped, 0, 1), []*array{ramp(5, 2), ramp(1, 3, 1), ramp(1, 4, 1)}, 0, func(in []*array) (out []float64) {
		for i := range 2 * 3 * 4 {
			head, q, k := i/12, i/4%3, i%4
			out = append(out, in[0].at(2*(min(max(k-q-1, -2), 2)+2)+head))
		}
		return out
	}},
	{"dequantize", nil, q8Blocks(67, 96), 0, func(in []*array) (out []float64) {
		w := newQ8Matrix(96, 67)
		for i := range 67 * 96 {
			out = append(out, float64(float32(w.at(i/96, i%96, 96))))
		}
		return out
	}},
	{"quantized_matmul", attrs(int(program.ReLU), 8), append(append([]*array{ramp(5, 64)}, q8Blocks(70, 64)...), ramp(70), ramp(5, 70)), 1e-4, func(in []*array) []float64 {
		return gemmCase{m: 5, k: 64, n: 70, act: actReLU, bias: true, residual: true}.q8Reference(in[0].floats, newQ8Matrix(64, 70), in[3].floats, in[4].floats)
	}},
	{"quantized_matmul", attrs(0, 4), append(append([]*array{ramp(64)}, q4Blocks(70, 64)...), nil, nil), 1e-4, func(in []*array) []float64 {
		return gemmCase{m: 1, k: 64, n: 70}.q8Reference(in[0].floats, newQ4Matrix(64, 70).q8(64, 70), nil, nil)
	}},
	{"layer_norm", attrs(1e-3), []*array{ramp(4, 3, 5), ramp(3, 5), nil}, 1e-5, func(in []*array) (out []float64) {
		for r := range 4 {
			mean, inverse := momentsReference(in[0].floats[15*r:15*r+15], 1e-3)
			for i := range 15 {
				out = append(out, (in[0].at(15*r+i)-mean)*inverse*in[1].at(i))
			}
		}
		return out
	}},
	{"softmax", attrs(1, 1), []*array{ramp(70, 5, 33)}, 1e-6, func(in []*array) (out []float64) {
		for i := range in[0].floats {
			var sum float64
			for j := range 5 {
				sum += math.Exp(in[0].at(i/165*165 + 33*j + i%33))
			}
			out = append(out, in[0].at(i)-math.Log(sum))
		}
		return out
	}},
	{"activation", attrs(int(program.SiLU), 1.5), []*array{ramp(3, 2001)}, 1e-6, func(in []*array) []float64 {
		return mapped(in[0], func(x float64) float64 { return x / (1 + math.Exp(-1.5*x)) })
	}},
}

// ropeReference turns by angles.
func ropeReference(x *array, heads, dim, rotary, col int, interleaved bool, angle func(token, i int) float64) []float64 {
	return turned(x, heads, dim, rotary, col, interleaved, func(token, i int) (c, s float64) {
		return math.Cos(angle(token, i)), math.Sin(angle(token, i))
	})
}

func turned(x *array, heads, dim, rotary, col int, interleaved bool, angle func(token, i int) (c, s float64)) []float64 {
	out := mapped(x, func(v float64) float64 { return v })
	for token := range len(out) / x.last() {
		for h := range heads {
			for i := range rotary / 2 {
				a, b := i, i+rotary/2
				if interleaved {
					a, b = 2*i, 2*i+1
				}
				a += token*x.last() + col + h*dim
				b += token*x.last() + col + h*dim
				c, s := angle(token, i)
				out[a], out[b] = x.at(a)*c-x.at(b)*s, x.at(b)*c+x.at(a)*s
			}
		}
	}
	return out
}

func poolCase(in []*array, kind uint32) (out []float64) {
	b, t, d := int(in[0].shape[0]), int(in[0].shape[1]), in[0].last()
	for i := range b * d {
		var v []float64
		for tok := range t {
			if in[1] != nil && tok >= int(in[1].ints[i/d]) || in[2] != nil && in[2].ints[i/d*t+tok] == 0 {
				continue
			}
			v = append(v, in[0].at((i/d*t+tok)*d+i%d))
		}
		out = append(out, poolReference(v, kind))
	}
	return out
}

// batchReference multiplies [2,1] or [n] matrices by [3], [1] or [n].
func batchReference(m, k, n int, ta, tb bool, act uint32) func(in []*array) []float64 {
	return func(in []*array) (out []float64) {
		a, b := in[0], in[1]
		as, bs := len(a.floats)/(m*k), len(b.floats)/(k*n)
		batches := max(as, bs)
		pick := func(i int) (int, int) { return i % as, i % bs }
		if as == 2 && bs == 3 {
			batches, pick = 6, func(i int) (int, int) { return i / 3, i % 3 }
		}
		for i := range batches * m * n {
			x, y := pick(i / (m * n))
			row, col := i/n%m, i%n
			var sum float64
			for j := range k {
				l, r := row*k+j, j*n+col
				if ta {
					l = j*m + row
				}
				if tb {
					r = col*k + j
				}
				sum += a.at(x*m*k+l) * b.at(y*k*n+r)
			}
			if in[2] != nil {
				sum += in[2].at(col)
			}
			sum = activationReference(sum, act)
			if in[3] != nil {
				sum += in[3].at(i)
			}
			out = append(out, sum)
		}
		return out
	}
}

func TestNeighbours(t *testing.T) {
	seen := map[string]bool{"sample": true, "quantize": true} // whose results are no floats
	for i, c := range neighbourCases {
		seen[c.name] = true
		t.Run(fmt.Sprint(c.name, " ", i), func(t *testing.T) {
			want := c.want(c.inputs)
			h := newHost(t, 200)
			table := h.op(c.name, c.attrs, c.inputs...)
			h.run(table)
			closeTo(t, h.output(table), want, c.tol)
		})
	}
	for _, op := range program.Ops {
		if op.Code >= program.OpRMSNorm && op.Level == 0 && !seen[op.Name] {
			t.Errorf("%s has no case", op.Name)
		}
	}
}

// TestNeighbourOutputs has the results beside the first and those that are no
// floats.
func TestNeighbourOutputs(t *testing.T) {
	h := newHost(t, 100)
	x := ramp(2, 3, 5)
	table := h.opFor(7, "layer_norm", attrs(0.5), x, ramp(3, 5), nil)
	h.run(table)
	for r := range 2 {
		mean, inverse := momentsReference(x.floats[15*r:15*r+15], 0.5)
		means, inverses := bytesFloats(h.tensor(table, 3)), bytesFloats(h.tensor(table, 4))
		closeTo(t, []float32{means[r], inverses[r]}, []float64{mean, inverse}, 1e-6)
	}
	if got := boundTensor(table, 3); word(got+boundShape, 0) != 2 || word(got+boundShape, 1) != 1 || word(got+boundShape, 2) != 1 {
		t.Error("the means are not of shape [2, 1, 1]")
	}

	table = h.opFor(3, "top_k", attrs(2), &array{shape: []uint32{2, 3}, floats: []float32{1, 3, 2, 7, 7, 1}})
	h.run(table)
	if got := h.ints(table, 2); fmt.Sprint(got) != "[1 2 0 1]" {
		t.Errorf("indices %v", got)
	}

	table = h.op("sample", attrs(0.0), ramp(2, 1), ramp(2))
	h.run(table)
	if got := h.ints(table, 2); fmt.Sprint(got) != "[0 0]" {
		t.Errorf("tokens %v", got)
	}
	logits := &array{shape: []uint32{3, 4}, floats: []float32{0, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0}}
	table = h.op("sample", attrs(1.0, 2, 0.5), logits, &array{shape: []uint32{3}, floats: []float32{0.1, 0.6, 0.9}})
	h.run(table)
	if got := h.ints(table, 2); fmt.Sprint(got) != "[0 2 0]" {
		t.Errorf("tokens %v", got)
	}
}

// ints is a tensor of a bound program as integers.
func (h *host) ints(table U32, i uint32) (values []int32) {
	for b := h.tensor(table, i); len(b) > 0; b = b[4:] {
		values = append(values, int32(binary.LittleEndian.Uint32(b)))
	}
	return values
}

// TestQuantize compares with the blocks of GGUF's Q8_0 by their definition.
func TestQuantize(t *testing.T) {
	x := ramp(3, 64)
	for i := range x.floats {
		x.floats[i] = float32(math.Exp(float64(i%29))) * x.floats[i]
	}
	clear(x.floats[32:64])
	h := newHost(t, 100)
	table := h.opFor(3, "quantize", nil, x)
	h.run(table)
	q, scales := h.tensor(table, 1), h.tensor(table, 2)
	for i, v := range x.floats {
		var top float32
		for _, w := range x.floats[i/32*32 : i/32*32+32] {
			top = max(top, Abs32(w))
		}
		scale := top / 127
		want := 0.0
		if scale != 0 {
			want = math.Round(float64(v * (1 / scale)))
		}
		if got := float64(int8(q[i])); got != want {
			t.Errorf("element %d (%v) is %v, want %v", i, v, got, want)
		}
		if got := f16Reference(binary.LittleEndian.Uint16(scales[i/32*2:])); !(math.Abs(got-float64(scale)) <= float64(scale)*0x1p-11 || math.IsInf(got, 1) && scale >= 65520) {
			t.Errorf("scale %d is %v, want %v", i/32, got, scale)
		}
	}
}

// TestF16BothWays converts every binary16 to float32 and back, and the numbers
// between two to the nearer one.
func TestF16BothWays(t *testing.T) {
	for h := range uint32(1 << 16) {
		x := f16ToF32(h)
		v := halfVec(BroadcastInt32x4(int32(int16(h)))).GetElem(1)
		if Bits32(v) != Bits32(x) {
			t.Fatalf("%#x is %v as a vector, %v alone", h, v, x)
		}
		if x != x {
			if got := f32ToF16(x); got&0x7C00 != 0x7C00 || got&0x3FF == 0 {
				t.Fatalf("%#x becomes %#x, no NaN", h, got)
			}
			continue
		}
		if got := f32ToF16(x); got != h {
			t.Fatalf("%#x, %v, becomes %#x", h, x, got)
		}
		next := float32(f16Reference(uint16(h + 1)))
		if h&0x7FFF >= 0x7BFF { // the greatest and +Inf
			continue
		}
		middle := x + (next-x)/2
		even := h + h&1
		for _, c := range []struct {
			x    float32
			want uint32
		}{{middle, even}, {math.Nextafter32(middle, x), h}, {math.Nextafter32(middle, next), h + 1}} {
			if got := f32ToF16(c.x); got != c.want {
				t.Fatalf("%v between %#x and the next becomes %#x, want %#x", c.x, h, got, c.want)
			}
		}
	}
	for x, want := range map[float32]uint32{65519.996: 0x7BFF, 65520: 0x7C00, -65520: 0xFC00, inf32: 0x7C00, 1e-30: 0} {
		if got := f32ToF16(x); got != want {
			t.Errorf("%v becomes %#x, want %#x", x, got, want)
		}
	}
}

// TestWeightTypes multiplies by a weight of each storage type that the file
// has: the bits are those of the kernels on the same numbers.
func TestWeightTypes(t *testing.T) {
	const m, k, n = 5, 96, 21
	q8, q4 := newQ8Matrix(k, n), newQ4Matrix(k, n)
	half := make([]uint16, k*n)
	floats := make([]float32, k*n)
	for i := range half {
		half[i] = uint16(f32ToF16(float32(math.Sin(float64(i)))))
		floats[i] = float32(f16Reference(half[i]))
	}
	g := graph.New("types")
	x := g.Input("x", program.F32, graph.Const(m), graph.Const(k))
	shape := []graph.Extent{graph.Const(k), graph.Const(n)}
	for _, w := range []*graph.Tensor{g.Weight("eight", program.Q8, shape...), g.Weight("four", program.Q4, shape...),
		g.Weight("half", program.F16, shape...), g.Weight("whole", program.F32, shape...)} {
		g.Output("x·"+w.Name(), g.MatMul(x, w))
	}
	h := newHost(t, 200)
	handle := h.program(g)
	for name, data := range map[string]*array{"eight.q": q8Blocks(n, k)[0], "eight.s": q8Blocks(n, k)[1], "four.q": q4Blocks(n, k)[0],
		"four.s": q4Blocks(n, k)[1], "half": halves(half), "whole": {floats: floats}} {
		dtype := data.dtype
		if data.floats != nil {
			dtype = program.F32
		}
		h.noError(h.load(kindWeight, dtype, name, data.bytes()))
	}
	table := h.bind(handle)
	a := randoms(1, m*k)
	copy(h.tensor(table, 0), floatBytes(a))
	h.run(table)
	c := gemmCase{m: m, k: k, n: n}
	got := func(i uint32) []float32 { return bytesFloats(h.tensor(table, i)) }
	eight, four, halfed, whole := got(1), got(2), got(3), got(4)
	sameBits(t, halfed, whole)
	closeTo(t, whole, c.reference(a, floats, nil, nil), 1e-5)
	sameBits(t, eight, c.runQ8(t, a, q8, nil, nil))
	sameBits(t, four, c.runQ4(t, a, q4, nil, nil))
}

// TestGemmF16Sizes has sizes around panels and blocks of k.
func TestGemmF16Sizes(t *testing.T) {
	for _, c := range []gemmCase{{m: 1, k: 3, n: 5}, {m: 1, k: kBlock + 5, n: 33, bias: true}, {m: 7, k: 2*kBlock + 1, n: 9, residual: true, act: actReLU}, {m: 2, k: 0, n: 9, bias: true}} {
		half := make([]byte, 2*c.k*c.n)
		w := make([]float32, c.k*c.n)
		for i := range w {
			h := uint16(f32ToF16(float32(math.Cos(float64(i)))))
			binary.LittleEndian.PutUint16(half[2*i:], h)
			w[i] = float32(f16Reference(h))
		}
		a, bias, residual := randoms(1, c.m*c.k), randoms(3, c.n), randoms(4, c.m*c.n)
		g := newGuarded(t, 16*(len(a)+len(w)+8*c.k+len(residual))+1<<16)
		panels := g.writable(panelsBytes(uint32(c.k), uint32(c.n)) / 2)
		src := g.bytes(len(half))
		copy(g.arena.Bytes()[src:], half)
		block, out := g.result(panelCols*kBlock), g.result(c.m*c.n)
		pb, pr := g.optional(bias, c.bias), g.optional(residual, c.residual)
		pa := g.last(a)
		g.run(func() {
			packHalves(U16(panels), U16(src), uint32(c.k), uint32(c.n))
			gemmF16(out, pa, U16(panels), pb, pr, block, uint32(c.m), uint32(c.k), uint32(c.n), c.act)
		})
		closeTo(t, g.read(out, c.m*c.n), c.reference(a, w, bias, residual), 4e-6*math.Sqrt(float64(c.k+1)))
	}
}
