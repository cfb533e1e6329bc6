package cases

import (
	"fmt"
	"math"
	"strings"
)

// Tiles returns cases of sizes around the tiles of the shaders, which Ops, made for smaller ones, does not reach.
func Tiles() []Case {
	var all []Case
	for _, family := range []func(source) []Case{tiledMatmuls, tiledScores, tiledAttentions, tiledRules, tiledBatches, tiledBlocks, wideRows, wideMeans} {
		all = append(all, family(newSource(uint64(1000+len(all))))...)
	}
	return all
}

func tiledMatmuls(s source) (all []Case) {
	for _, size := range [][3]int{
		{256, 4, 512}, {130, 20, 704}, {193, 16, 580}, // tiles of 64×64: whole, and not
		{1, 64, 68}, {17, 36, 64}, {16, 8, 132}, // of 16×64
		{18, 35, 64}, {19, 8, 66}, {64, 1, 1}, {1, 1, 130}, // not in vectors
	} {
		all = append(all, matmul(s, size[0], size[1], size[2]))
	}
	return all
}

func tiledScores(s source) (all []Case) {
	for _, size := range [][3]int{{17, 65, 16}, {64, 130, 12}, {2, 64, 511}, {1, 1000, 4}} {
		q, keys := s.normal(size[0], size[2]), s.normal(size[1], size[2])
		all = append(all, op(fmt.Sprint(size), "scores", nil, map[string]any{"q": q, "keys": keys}, refScores(q, keys), 4e-7*float64(size[2]+8)))
	}
	return all
}

func tiledAttentions(s source) (all []Case) {
	for _, z := range [][6]int{ // heads, dim, vdim, batch, tq, tk
		{1, 256, 256, 1, 3, 34}, {2, 32, 72, 3, 33, 65}, {1, 36, 64, 1, 64, 64}, {3, 5, 130, 2, 35, 31}, {2, 4, 4, 64, 2, 2},
	} {
		h := heads{n: z[0], dim: z[1], vdim: z[2], scale: float64(float32(1 / math.Sqrt(float64(z[1]))))}
		q, k, v := s.normal(z[3], z[4], z[0]*z[1]), s.normal(z[3], z[5], z[0]*z[1]), s.normal(z[3], z[5], z[0]*z[2])
		lengths := s.lengths(z[3], z[5])
		name, inputs := fmt.Sprint(z), map[string]any{"q": q, "k": k, "lengths": lengths}
		want := refWeights(q, k, lengths, h)
		if z[4] == z[5] {
			dropPaddedQueries(want, lengths)
		}
		attrs := h.attrs()
		delete(attrs, "vdim")
		delete(attrs, "v_col")
		all = append(all, op(name, "attention_weights", attrs, inputs, want, 2e-5))
		inputs = map[string]any{"q": q, "k": k, "v": v, "lengths": lengths}
		all = append(all, op(name, "attention", h.attrs(), inputs, refAttention(q, k, v, lengths, h), 2e-5))
	}
	return all
}

// tiledRules are calls of attention with more tiles than attends draws, most of them of vectors.
func tiledRules(s source) (all []Case) {
	for _, z := range []struct {
		kvHeads, heads, tq, past, tk, dim, vdim int
		half                                    bool
		rules                                   string
	}{
		{2, 4, 70, 0, 200, 32, 72, false, "causal from_end"},
		{1, 2, 130, 0, 260, 16, 16, false, "window causal"},
		{1, 2, 100, 0, 100, 8, 64, false, "prefix window causal"},
		{2, 2, 40, 90, 45, 64, 64, false, "causal sinks softcap"},
		{2, 6, 1, 300, 1, 80, 80, true, "causal"},
		{1, 1, 66, 0, 129, 256, 256, false, "added bias"},
		{1, 3, 129, 0, 140, 15, 15, true, "blocks alibi"},
		{1, 4, 65, 0, 96, 4, 4, false, "flags documents temperature lengths"},
	} {
		has := map[string]bool{}
		for _, name := range strings.Fields(z.rules) {
			has[name] = true
		}
		c := &attend{batch: 2, kvHeads: z.kvHeads, heads: z.heads, tq: z.tq, past: z.past, tk: z.tk, dim: z.dim, vdim: z.vdim, half: z.half, present: z.past > 0}
		s.fill(c)
		s.hide(c, has)
		if has["window"] {
			c.window = 20
		}
		if has["prefix"] {
			c.prefix = 5
		}
		all = append(all, c.asCase())
	}
	return all
}

// tiledBatches multiply matrices of several tiles, the second transposed, of which one is for all of the first axis.
func tiledBatches(s source) (all []Case) {
	for _, z := range [][3]int{{1, 40, 70}, {17, 16, 64}, {33, 19, 130}} {
		m, k, n := z[0], z[1], z[2]
		a, b, bias, residual := s.normal(2, 3, m, k), s.normal(3, n, k), s.normal(n), s.normal(2, 3, m, n)
		out := residual.clone()
		for i := range out.v {
			x, y, row, col := i/n/m, i/n/m%3, i/n%m, i%n
			sum := bias.v[col]
			for l := range k {
				sum += a.v[(x*m+row)*k+l] * b.v[(y*n+col)*k+l]
			}
			out.v[i] += refActivate(sum, 1)
		}
		all = append(all, op(fmt.Sprint("2×3 of ", z), "batch_matmul", map[string]float64{"act": 1, "transpose_a": 0, "transpose_b": 1},
			map[string]any{"a": a, "b": b, "bias": bias, "residual": residual}, out, 4e-7*float64(k+8)))
	}
	return all
}

// tiledBlocks multiply by quantized weights of more than a tile. x has whole numbers with 127 among each 32, so that int8 is exact.
func tiledBlocks(s source) (all []Case) {
	for _, z := range [][3]int{{1, 3, 130}, {17, 2, 65}, {320, 1, 450}} {
		for _, bits := range []int{8, 4} {
			m, blocks, n := z[0], z[1], z[2]
			x := zeros(m, 32*blocks)
			for i := range x.v {
				x.v[i] = float64(s.IntN(255) - 127)
				if i%32 == 0 {
					x.v[i] = 127
				}
			}
			q, scales, w := s.blocks(n, blocks, bits)
			bias, residual := s.normal(n), s.normal(m, n)
			out := residual.clone()
			for i := range out.v {
				sum := bias.v[i%n]
				for l := range 32 * blocks {
					sum += x.v[i/n*32*blocks+l] * w.v[i%n*32*blocks+l]
				}
				out.v[i] += refActivate(sum, 1)
			}
			all = append(all, op(fmt.Sprint(z, " bits ", bits), "quantized_matmul", map[string]float64{"act": 1, "bits": float64(bits)},
				map[string]any{"x": x, "q": q, "scales": scales, "bias": bias, "residual": residual}, out, 1e-5))
		}
	}
	return all
}

func wideRows(s source) (all []Case) {
	for _, d := range []int{63, 64, 65, 200, 512} {
		x, scale, bias := s.normal(2, d), s.normal(d), s.normal(d)
		soft := x.clone()
		soft.rows(softmax)
		logs := soft.clone()
		for i, v := range soft.v {
			logs.v[i] = math.Log(v)
		}
		all = append(all,
			op(fmt.Sprintf("2×%d log", d), "softmax", map[string]float64{"axis_from_last": 0, "log": 1}, map[string]any{"x": x}, logs, 1e-5),
			op(fmt.Sprintf("2×%d", d), "softmax", nil, map[string]any{"x": x}, soft, 1e-5),
			op(fmt.Sprintf("2×%d", d), "l2_normalize", map[string]float64{"eps": 1e-12}, map[string]any{"x": x}, refNormalize(x, 1e-12), 1e-5),
			op(fmt.Sprintf("2×%d", d), "layer_norm", map[string]float64{"eps": 1e-6}, map[string]any{"x": x, "scale": scale, "bias": bias},
				refLayerNorm(x, scale, bias, float64(float32(1e-6))), 2e-5))
	}
	return all
}

func wideMeans(s source) (all []Case) {
	for _, size := range [][3]int{{3, 9, 33}, {1, 100, 64}, {64, 2, 5}} {
		x, lengths := s.normal(size[0], size[1], size[2]), s.lengths(size[0], size[1])
		all = append(all, op(fmt.Sprint(size, lengths), "masked_mean", nil, map[string]any{"x": x, "lengths": lengths}, refMaskedMean(x, lengths), 1e-5))
		w := s.normal(size[0], 2, size[1], size[1])
		all = append(all, op(fmt.Sprint(size, lengths), "attention_received", nil, map[string]any{"w": w, "lengths": lengths}, refReceived(w, lengths), 1e-5))
	}
	return all
}
