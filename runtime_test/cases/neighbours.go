package cases

import (
	"fmt"
	"math"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// neighbours are cases of the operations around attention. Where they have no answer of floats, engines are compared only.
func neighbours(s source) (all []Case) {
	for d := 1; d <= 25; d += 4 {
		all = append(all, norms(s, d)...)
		all = append(all, softmaxes(s, d)...)
		all = append(all, turned(s, d+1)...)
		all = append(all, gates(s, d), ropes(s, d+1, 0), ropes(s, d+1, 1), pools(s, d), batches(s, d), windows(s, d))
		all = append(all, spectra(s, d), picks(s, d), tokens(s, d), relative(s, d), logs(s, d), products(s, 3, d), products(s, 1, d))
	}
	for _, blocks := range []int{1, 2, 3, 5} {
		all = append(all, blocked(s, blocks)...)
	}
	for i, c := range all {
		all[i].WasmOnly = c.Target == "softmax"
	}
	return all
}

func norms(s source, d int) []Case {
	x, scale := s.normal(3, 2, d), s.normal(2, d)
	wide, rms := zeros(3, 2, d), zeros(3, 2, d)
	for r := range 3 {
		row := x.v[r*2*d : (r+1)*2*d]
		mean, square, variance := 0.0, 0.0, 0.0
		for _, v := range row {
			mean += v / float64(len(row))
			square += v * v / float64(len(row))
		}
		for _, v := range row {
			variance += (v - mean) * (v - mean) / float64(len(row))
		}
		for i, v := range row {
			wide.v[r*2*d+i] = (v - mean) / math.Sqrt(variance+0.25) * scale.v[i]
			rms.v[r*2*d+i] = v / math.Sqrt(square+0.25) * scale.v[i]
		}
	}
	inputs, attrs := map[string]any{"x": x, "scale": scale}, map[string]float64{"eps": 0.25}
	return []Case{
		op(fmt.Sprintf("3 of 2×%d", d), "layer_norm", attrs, inputs, wide, 1e-5),
		op(fmt.Sprintf("3 of 2×%d", d), "rms_norm", attrs, inputs, rms, 1e-5),
	}
}

// softmaxes are along the middle one of three axes.
func softmaxes(s source, d int) []Case {
	x := s.normal(2, 5, d)
	soft, logs := x.clone(), x.clone()
	for c := range 2 * d {
		column := make([]float64, 5)
		at := func(k int) int { return c/d*5*d + k*d + c%d }
		for k := range column {
			column[k] = x.v[at(k)]
		}
		softmax(column)
		for k, v := range column {
			soft.v[at(k)], logs.v[at(k)] = v, math.Log(v)
		}
	}
	inputs := map[string]any{"x": x}
	return []Case{
		op(fmt.Sprintf("2×5×%d", d), "softmax", map[string]float64{"axis_from_last": 1}, inputs, soft, 1e-5),
		op(fmt.Sprintf("2×5×%d log", d), "softmax", map[string]float64{"axis_from_last": 1, "log": 1}, inputs, logs, 1e-5),
	}
}

func gates(s source, d int) Case {
	x, out := s.normal(3, 2*d+1), zeros(3, d)
	for i := range out.v {
		row := x.v[i/d*(2*d+1):]
		out.v[i] = refActivate(row[i%d], 5) * row[d+1+i%d]
	}
	return op(fmt.Sprintf("3×%d", d), "gated", map[string]float64{"act": 5, "cols": float64(d), "gate_col": 0, "up_col": float64(d + 1)},
		map[string]any{"gate": x, "up": x}, out, 1e-5)
}

func ropes(s source, d, interleaved int) Case {
	d += d % 2
	x := s.normal(2, 3, 2*d+1)
	out := x.clone()
	for token := range 6 {
		for i := range d {
			a, b := i%(d/2), i%(d/2)+d/2
			if interleaved != 0 {
				a, b = 2*(i%(d/2)), 2*(i%(d/2))+1
			}
			head := token*(2*d+1) + 1 + i/(d/2)*d
			c, s := math.Cos(float64(token%3)*math.Pow(10000, -2*float64(i%(d/2))/float64(d))), 0.0
			s = math.Sin(float64(token%3) * math.Pow(10000, -2*float64(i%(d/2))/float64(d)))
			p, q := x.v[head+a], x.v[head+b]
			out.v[head+a], out.v[head+b] = p*c-q*s, q*c+p*s
		}
	}
	return op(fmt.Sprintf("2×3×2×%d interleaved %d", d, interleaved), "rope",
		map[string]float64{"heads": 2, "dim": float64(d), "rotary": 0, "col": 1, "interleaved": float64(interleaved)},
		map[string]any{"x": x}, out, 1e-5)
}

// turned are ropes of a part of each head, an axis, at positions that are given, by frequencies or by cosines and sines.
func turned(s source, d int) (all []Case) {
	d += d % 2
	x, inv := s.normal(2, 2, 3, d+3), s.normal(d/2)
	cos, sin := s.normal(9, d/2), s.normal(9, d/2)
	positions := []int32{0, 8, 3, 5, 1, 7}
	byRate, byTable := x.clone(), x.clone()
	for row := range 12 {
		position := positions[row/6*3+row%3]
		for pair := range d / 2 {
			a := row*(d+3) + pair
			p, q := x.v[a], x.v[a+d/2]
			angle := float64(position) * 0.5 * inv.v[pair]
			byRate.v[a], byRate.v[a+d/2] = p*math.Cos(angle)-q*math.Sin(angle), q*math.Cos(angle)+p*math.Sin(angle)
			u, v := cos.at(int(position), pair), sin.at(int(position), pair)
			byTable.v[a], byTable.v[a+d/2] = p*u-q*v, q*u+p*v
		}
	}
	attrs := map[string]float64{"heads": 1, "dim": float64(d + 3), "rotary": float64(d), "col": 0, "interleaved": 0, "base": 0, "scale": 0.5}
	at := engine.I32(positions, 2, 3)
	return []Case{
		op(fmt.Sprintf("%d of %d by rates", d, d+3), "rope", attrs, map[string]any{"x": x, "inv": inv, "positions": at}, byRate, 1e-5),
		op(fmt.Sprintf("%d of %d by a table", d, d+3), "rope", attrs, map[string]any{"x": x, "cos": cos, "sin": sin, "positions": at}, byTable, 1e-5),
	}
}

// pools take the greatest of the tokens that count, or 0.
func pools(s source, d int) Case {
	x, lengths, out := s.normal(3, 7, d), s.lengths(3, 7), zeros(3, d)
	mask := make([]int32, 3*7)
	for i := range mask {
		mask[i] = int32(s.IntN(3))
	}
	for i := range out.v {
		top := math.Inf(-1)
		for t := range int(lengths[i/d]) {
			if mask[i/d*7+t] != 0 {
				top = math.Max(top, x.v[(i/d*7+t)*d+i%d])
			}
		}
		if !math.IsInf(top, -1) {
			out.v[i] = top
		}
	}
	c := op(fmt.Sprintf("3×7×%d lengths %v", d, lengths), "pool", map[string]float64{"kind": 1},
		map[string]any{"x": x, "lengths": lengths, "mask": engine.I32(mask, 3, 7)}, out, 0)
	c.Masks = []string{"lengths", "mask"}
	return c
}

// products by a factor in float16, of sizes around the panels'.
func products(s source, rows, d int) Case {
	x, w := s.normal(rows, d), s.normal(d, d+3)
	half := engine.Tensor{DType: "f16", Shape: w.shape}
	for i := range w.v {
		h := s.IntN(1<<11) | s.IntN(2)<<15 | 13<<10 // 0.25 to 1, either sign
		half.Data = append(half.Data, byte(h), byte(h>>8))
		w.v[i] = math.Ldexp(float64(1024+h&1023), h>>10&31-25) * float64(1-h>>15*2)
	}
	c := op(fmt.Sprintf("%d×%d×%d half", rows, d, d+3), "matmul", map[string]float64{"act": 0}, map[string]any{"x": x, "w": half},
		refMatMul(x, w, nil, nil, 0), 1e-5)
	c.Half = true
	return c
}

// batches multiply [2,1,d,5]ᵀ by [3,d,9].
func batches(s source, d int) Case {
	a, b, out := s.normal(2, 1, d, 5), s.normal(3, d, 9), zeros(2, 3, 5, 9)
	for i := range out.v {
		x, y, row, col := i/135, i/45%3, i/9%5, i%9
		for k := range d {
			out.v[i] += a.v[(x*d+k)*5+row] * b.v[(y*d+k)*9+col]
		}
	}
	return op(fmt.Sprintf("2×1 of 5×%d by 3 of %d×9", d, d), "batch_matmul",
		map[string]float64{"act": 0, "transpose_a": 1, "transpose_b": 0}, map[string]any{"a": a, "b": b}, out, 1e-5)
}

// windows of 2×3 pixels, with one of zeros on the left and below.
func windows(s source, d int) Case {
	x, out := s.normal(1, 3, 5, d), zeros(1, 3*4, 6*d)
	for i := range out.v {
		c, kx, ky := i%d, i/d%3, i/d/3%2
		y, z := i/d/6/4+ky, i/d/6%4+kx-1
		if y < 3 && z >= 0 && z < 5 {
			out.v[i] = x.v[(y*5+z)*d+c]
		}
	}
	return op(fmt.Sprintf("3×5×%d", d), "patches", map[string]float64{
		"kernel_h": 2, "kernel_w": 3, "stride_h": 1, "stride_w": 1, "pad_top": 0, "pad_left": 1, "pad_bottom": 1, "pad_right": 0,
	}, map[string]any{"x": x}, out, 0)
}

func spectra(s source, d int) Case {
	x, window, out := s.normal(3, d), s.normal(d), zeros(3, d/2+1)
	for i := range out.v {
		f, re, im := i%(d/2+1), 0.0, 0.0
		for t, w := range window.v {
			angle := 2 * math.Pi * float64(t*f) / float64(d)
			v := x.v[i/(d/2+1)*d+t] * w
			re, im = re+v*math.Cos(angle), im+v*math.Sin(angle)
		}
		out.v[i] = re*re + im*im
	}
	return op(fmt.Sprintf("3×%d", d), "power_spectrum", nil, map[string]any{"x": x, "window": window}, out, 2e-5)
}

func logs(s source, d int) Case {
	x := s.normal(3, d)
	out := x.clone()
	for i, v := range x.v {
		out.v[i] = 0.5*math.Log(math.Max(v, 0.125)) + 2
	}
	return op(fmt.Sprintf("3×%d", d), "logarithm", map[string]float64{"floor": 0.125, "scale": 0.5, "offset": 2}, map[string]any{"x": x}, out, 1e-6)
}

func picks(s source, d int) Case {
	c := op(fmt.Sprintf("3×%d", d), "top_k", map[string]float64{"k": float64((d + 1) / 2)}, map[string]any{"x": s.normal(3, d)}, array{}, 0)
	c.Wanted = []string{"indices"}
	return c
}

func tokens(s source, d int) Case {
	u := zeros(3)
	for i := range u.v {
		u.v[i] = float64(s.Float32())
	}
	return op(fmt.Sprintf("3×%d", d), "sample", map[string]float64{"temperature": 0.7, "top_k": float64((d + 1) / 2), "top_p": 0.75},
		map[string]any{"logits": s.normal(3, d), "u": u}, array{}, 0)
}

// relative clips the distances to ±2.
func relative(s source, d int) Case {
	table, out := s.normal(5, 2), zeros(2, d, 3)
	for i := range out.v {
		distance := i%3 - i/3%d - 1
		out.v[i] = table.v[2*(min(max(distance, -2), 2)+2)+i/3/d]
	}
	return op(fmt.Sprintf("%d×3", d), "relative_bias", map[string]float64{"kind": 0, "farthest": 0, "offset": 1},
		map[string]any{"table": table, "q": zeros(1, d, 1), "k": zeros(1, 3, 1)}, out, 0)
}

// blocked are the operations on blocks of 32, n to a row.
func blocked(s source, n int) (all []Case) {
	const rows = 11
	x := s.normal(3, 32*n)
	all = append(all, op(fmt.Sprintf("3×%d", 32*n), "quantize", nil, map[string]any{"x": x}, array{}, 0))
	for _, bits := range []int{8, 4} {
		q, scales, w := s.blocks(rows, n, bits)
		out := zeros(3, rows)
		for i := range out.v {
			row := x.v[i/rows*32*n:][:32*n]
			for k, v := range row {
				block := row[k/32*32:][:32]
				top := 0.0
				for _, b := range block {
					top = math.Max(top, math.Abs(b))
				}
				out.v[i] += math.RoundToEven(v/top*127) * top / 127 * w.v[i%rows*32*n+k]
			}
		}
		attrs := map[string]float64{"act": 0, "bits": float64(bits)}
		inputs := map[string]any{"x": x, "q": q, "scales": scales}
		all = append(all, op(fmt.Sprintf("3×%d by %d bits", 32*n, bits), "quantized_matmul", attrs, inputs, out, 1e-5))
		if bits == 8 {
			all = append(all, op(fmt.Sprintf("%d×%d", rows, 32*n), "dequantize", nil, map[string]any{"q": q, "scales": scales}, w, 1e-6))
		}
	}
	return all
}

// blocks draws quantized weights of rows rows of n blocks: elements, scales and their values.
func (s source) blocks(rows, n, bits int) (q, scales engine.Tensor, w array) {
	w = zeros(rows, 32*n)
	q = engine.Tensor{DType: "u8", Shape: []int{rows, 4 * n * bits}, Data: make([]byte, rows*4*n*bits)}
	scales = engine.Tensor{DType: "f16", Shape: []int{rows, n}}
	for range rows * n {
		e := s.IntN(3)
		scales.Data = append(scales.Data, 0, byte(12+e)<<2) // 2**(e-3)
	}
	for i := range w.v {
		scale := math.Ldexp(1, int(scales.Data[i/32*2+1]>>2)-15)
		if bits == 8 {
			v := int8(s.IntN(255) - 127)
			q.Data[i], w.v[i] = byte(v), float64(v)*scale
			continue
		}
		v := s.IntN(16)
		q.Data[i/32*16+i%16] |= byte(v << (i % 32 / 16 * 4))
		w.v[i] = float64(v-8) * scale
	}
	return q, scales, w
}
