package fuzzops

import (
	"fmt"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// forms say of an operation what its row of the table does not: how attributes and extents go together, and what indices mean.
var forms = map[string]func(m *maker){
	"gather":             func(m *maker) { m.bound("ids", 0, m.e.of("rows")-1) },
	"gather_grad":        func(m *maker) { m.bound("ids", 0, m.e.of("rows")-1) },
	"add_timing":         func(m *maker) { m.multiple("d", 2) },
	"layer_norm":         norm,
	"rms_norm":           norm,
	"layer_norm_grad":    norm,
	"rms_norm_grad":      norm,
	"softmax":            softmax,
	"softmax_grad":       softmax,
	"attention":          attention,
	"attention_grad":     attentionGrad,
	"attention_weights":  attentionWeights,
	"linear_attention":   linearAttention,
	"masked_mean":        func(m *maker) { m.bound("lengths", 0, m.e.of("t")) },
	"attention_received": func(m *maker) { m.bound("lengths", 0, m.e.of("tq")) },
	"additive_attention": func(m *maker) { m.bound("lengths", 0, m.e.of("tk")) },
	"attention_flow": func(m *maker) {
		m.bound("lengths", 0, m.e.of("t"))
		m.bound("q_lengths", 0, m.e.of("j"))
	},
	"gated":            gated,
	"gated_grad":       gated,
	"rope":             rope,
	"pool":             pool,
	"pool_grad":        pool,
	"batch_matmul":     batchMatmul,
	"patches":          patches,
	"top_k":            func(m *maker) { m.choose("k", 1+m.r.Uint32N(max(m.e.of("n"), 1))) },
	"sample":           sample,
	"relative_bias":    relativeBias,
	"quantize":         func(m *maker) { m.multiple("d", 32) },
	"dequantize":       func(m *maker) { m.multiple("d", 32) },
	"quantized_matmul": func(m *maker) { m.multiple("k", 32); m.choose("bits", 8, 4) },
	"cross_entropy": func(m *maker) {
		m.bound("labels", -1, m.e.of("c")-1)
		m.setFloat("smoothing", 0, 0.25)
	},
	"contrastive_loss": func(m *maker) {
		m.choose("m", m.e.of("n")+m.r.Uint32N(5))
		m.setFloat("temperature", 0.5, 1, 1e-20)
	},
	"ranking_loss": func(m *maker) { m.setFloat("margin", 0, 0.5) },
	"global_norm": func(m *maker) {
		for _, o := range m.op.Operands {
			m.shapes[o.Name] = pick(m.r, []string{"", "n", "a,n", "...", "a,b,n"})
		}
	},
	"sgd":  sgd,
	"adam": adam,
}

// norm has scales of one axis or of two.
func norm(m *maker) {
	if !m.flip() {
		return
	}
	for _, o := range m.op.Operands {
		m.shapes[o.Name] = strings.ReplaceAll(o.Shape, "d", "p,d")
	}
}

func softmax(m *maker) {
	rank := len(m.e.leading()) + 1
	m.setInt("axis_from_last", 0, int32(m.r.IntN(rank)))
}

func attentionWeights(m *maker) {
	m.columns("q", "q_col", m.e.of("heads"), m.e.of("dim"))
	m.columns("k", "k_col", m.e.of("heads"), m.e.of("dim"))
	m.bound("lengths", 0, m.e.of("tk"))
}

func linearAttention(m *maker) {
	attentionWeights(m)
	m.columns("v", "v_col", m.e.of("heads"), m.e.of("vdim"))
	if m.flip() {
		m.e.set("tk", m.e.of("tq"))
		m.bound("lengths", 0, m.e.of("tk"))
		m.setInt("causal", 1)
	} else {
		m.setInt("causal", 0)
	}
}

// tokens gives an operand of attention rows with heads of columns, or an axis of heads.
func (m *maker) tokens(name, col, tokens, heads, dim string) {
	batch := "b"
	if name == "q" && m.r.IntN(4) == 0 {
		batch = "1"
	}
	if m.flip() {
		m.shapes[name] = fmt.Sprintf("%s,%s,%s,%s", batch, heads, tokens, dim)
		m.setInt(col, 0)
		return
	}
	m.shapes[name] = fmt.Sprintf("%s,%s,*", batch, tokens)
	m.columns(name, col, m.e.of(heads), m.e.of(dim))
}

// attend draws what attention and its gradient have in common.
func attend(m *maker) {
	if kv, ok := m.e.values["kv_heads"]; ok {
		m.choose("heads", kv, kv, 2*kv, 3*kv)
	} else if heads, ok := m.e.values["heads"]; ok {
		m.choose("kv_heads", 1, heads)
	} else {
		kv := m.choose("kv_heads", 1, 1, 2, 3)
		m.choose("heads", kv, kv, 2*kv, 4*kv)
	}
	m.choose("dim", 1, 2, 3, 4, 8, 16, 17, 32, 36)
	m.choose("vdim", 1, 2, 3, 4, 8, 16, 17, 32, 36)
	m.tokens("q", "q_col", "tq", "heads", "dim")
	m.tokens("k", "k_col", "tk", "kv_heads", "dim")
	m.tokens("v", "v_col", "tk", "kv_heads", "vdim")
	if m.e.of("kv_heads") == m.e.of("heads") && m.flip() {
		m.setInt("kv_heads", 0)
	}
	m.setFloat("scale", 0.125, 1, 1, -1, 0)
	m.setInt("causal", 0, 0, 1, 1, 2, 5)
	m.setInt("window", 0, 0, 0, 1, 3, 200)
	m.setInt("offset", 0, 0, 0, 1, 7, 1<<30)
	m.setInt("prefix", 0, 0, 0, 1, 5, 1<<31-1)
	m.setFloat("softcap", 0, 0, 0, 5)
	m.has["q_docs"] = m.has["k_docs"]
	m.bound("q_docs", 0, 3)
	m.bound("k_docs", 0, 3)
	m.shapes["temperature"] = pick(m.r, []string{"tq", "b,tq"})
}

// spread gives a mask or bias its axes, each of which can be 1 and the first missing.
func (m *maker) spread(name string, short bool) {
	axes := []string{"b", "heads", "tq", "keys"}
	for i := range axes {
		if m.r.IntN(4) == 0 {
			axes[i] = "1"
		}
	}
	if keys := m.e.of("keys"); short && m.r.IntN(4) == 0 && keys > 0 {
		axes[3] = fmt.Sprint(1 + m.r.Uint32N(keys))
	}
	m.shapes[name] = strings.Join(axes[m.r.IntN(4):], ",")
}

func attention(m *maker) {
	_, narrow := m.e.values["dim"]
	quantized := m.r.IntN(6) == 0 && !narrow
	if quantized {
		m.choose("dim", 32, 64)
		m.choose("vdim", 32, 64)
	}
	attend(m)
	keys := m.e.of("tk")
	m.has["past_v"] = m.has["past_k"]
	if m.has["pages"] = m.r.IntN(6) == 0; m.has["pages"] {
		// Pages are what batch rows are elsewhere.
		m.has["past_k"], m.has["past_v"], m.has["present_k"], m.has["present_v"] = false, false, false, false
		for _, name := range []string{"k", "v"} {
			m.shapes[name] = "count" + strings.TrimPrefix(m.shapes[name], "b")
		}
		m.bound("pages", 0, m.e.of("count")-1)
		keys *= m.choose("n", 1, 2, 3, 5)
	} else if m.has["past_k"] && !quantized {
		keys += m.e.of("past")
	}
	m.e.set("keys", keys)
	m.pastAndScales(quantized)
	m.bound("lengths", 0, keys)
	m.spread("mask", true)
	m.spread("bias", false)
	m.shapes["blocks"] = pick(m.r, []string{"b,heads,", "1,heads,", "b,1,", "heads,", "1,", "", ""}) + "tq/64,keys/64"
	m.setInt("from_end", 0, 0, 1)
	m.setInt("top_k", 0, 0, 0, 1, 2, 9)
	m.setInt("qk_mode", 0, 1, 2, 3)
}

// pastAndScales gives keys and values their types.
func (m *maker) pastAndScales(quantized bool) {
	for _, name := range []string{"k", "v"} {
		m.types[name] = pick(m.r, []program.DType{program.F32, program.F32, program.F16})
		m.types["past_"+name] = m.types[name]
		m.has[name+"_scales"] = quantized
		dim := map[string]string{"k": "dim", "v": "vdim"}[name]
		m.shapes["past_"+name] = "b,kv_heads,past," + dim
		if m.flip() {
			m.shapes["past_"+name], m.width["past_"+name] = "b,past,*", m.e.of("kv_heads")*m.e.of(dim)
		}
		if !quantized {
			continue
		}
		m.types[name] = program.U8
		m.has["past_"+name], m.has["present_"+name] = false, false
		if w, ok := m.width[name]; ok {
			m.setInt(name+"_col", 0)
			m.width[name] = (w + 31) &^ 31
			m.width[name+"_scales"] = m.width[name]
		}
		m.shapes[name+"_scales"] = m.shapes[name] + "/32"
	}
}

func attentionGrad(m *maker) {
	attend(m)
	m.e.set("keys", m.e.of("tk"))
	m.bound("lengths", 0, m.e.of("tk"))
	m.spread("mask", true)
	m.spread("bias", false)
	for _, name := range []string{"out", "dout"} {
		m.shapes[name] = pick(m.r, []string{"b,tq,heads·vdim", "b,heads,tq,vdim"})
	}
}

func gated(m *maker) {
	cols := m.e.of("cols")
	m.columns("gate", "gate_col", 1, cols)
	m.columns("up", "up_col", 1, cols)
}

func rope(m *maker) {
	dim := m.choose("dim", 2, 4, 6, 8, 16, 34)
	rotary := dim
	if m.setInt("rotary", 0); m.flip() {
		rotary = 2 * (1 + m.r.Uint32N(max(dim/2, 1)))
		m.attrs["rotary"] = program.AttrValue{Tag: program.TagInt, Bits: rotary}
	}
	m.e.set("rotary", rotary)
	m.columns("x", "col", m.e.of("heads"), dim)
	m.shapes["x"] = "b,t,*"
	if m.r.IntN(3) == 0 {
		m.shapes["x"] = "b,h,t,*"
	}
	m.has["sin"] = m.has["cos"]
	rows := "t"
	if m.has["positions"] {
		rows = "rows"
		m.bound("positions", 0, m.e.of("rows")-1)
	} else if m.flip() {
		rows = "b,t"
	}
	m.shapes["cos"], m.shapes["sin"] = rows+",rotary/2", rows+",rotary/2"
	m.setFloat("base", 0, 1, 10000, 5e5)
	m.setFloat("scale", 0, 1, 0.25, -1)
}

func pool(m *maker) {
	m.bound("lengths", 0, m.e.of("t"))
	m.bound("mask", 0, 1)
	m.setInt("kind", 0, 1, 2, 3, 4)
}

// batchMatmul has leading axes that are alike, 1 or missing.
func batchMatmul(m *maker) {
	m.setInt("transpose_a", 0, 1)
	m.setInt("transpose_b", 0, 1)
	sides, all := [2]string{"m,k", "k,n"}, "m,n"
	for i, name := range []string{"transpose_a", "transpose_b"} {
		if m.attrs[name].Bits != 0 {
			sides[i] = []string{"k,m", "n,k"}[i]
		}
	}
	axes := m.e.leading()
	missing := [2]int{}
	missing[m.r.IntN(2)] = m.r.IntN(len(axes) + 1)
	for i := len(axes) - 1; i >= 0; i-- {
		one, result := m.r.IntN(6), uint32(1)
		for side := range sides {
			if i < missing[side] {
				continue
			}
			extent := axes[i]
			if one == side {
				extent = 1
			}
			result = max(result, extent)
			sides[side] = fmt.Sprint(extent, ",", sides[side])
		}
		all = fmt.Sprint(result, ",", all)
	}
	m.shapes["a"], m.shapes["b"], m.shapes["residual"] = sides[0], sides[1], all
}

func patches(m *maker) {
	for i, axis := range []string{"h", "w"} {
		before, after := []string{"pad_top", "pad_left"}[i], []string{"pad_bottom", "pad_right"}[i]
		m.setInt(before, 0, 0, 1, 2, 5)
		m.setInt(after, 0, 0, 1, 2, 5)
		size := m.e.of(axis) + m.attrs[before].Bits + m.attrs[after].Bits
		m.attrs["kernel_"+axis] = program.AttrValue{Tag: program.TagInt, Bits: 1 + m.r.Uint32N(max(min(size, 9), 1))}
		m.setInt("stride_"+axis, 1, 1, 2, 3, 4)
	}
}

func sample(m *maker) {
	m.setFloat("temperature", 0, 0.5, 1, 2)
	m.setInt("top_k", 0, 1, 3, 100, 1<<31-1)
	m.setFloat("top_p", 0, 0.5, 0.9, 1, 2)
}

func relativeBias(m *maker) {
	m.width["q"], m.width["k"] = 1, 2
	m.setInt("kind", 0, 1, 2)
	if m.attrs["kind"].Bits == program.RelativeBoth && m.r.IntN(8) != 0 {
		m.choose("rows", 2, 3, 4, 5, 8, 32, 33)
	}
	m.setInt("farthest", 0, 1, 5, 128, 1<<20, 1<<31-1)
	m.setInt("offset", 0, 0, 0, 1, 9, 2000000)
}

func sgd(m *maker) {
	m.shapes["norm"] = pick(m.r, []string{"", "1"})
	m.shapes["grad"], m.shapes["velocity"] = "...", "..."
	if m.setFloat("momentum", 0, 0.5, 0.9); m.attrs["momentum"].Bits != 0 && m.r.IntN(4) != 0 {
		m.has["velocity"] = true // the operand and the result
	}
	m.setFloat("max_norm", 1, 0.5)
}

func adam(m *maker) {
	m.bound("step", 1, 100)
	m.shapes["norm"] = pick(m.r, []string{"", "1"})
	m.setFloat("beta1", 0, 0.9)
	m.setFloat("beta2", 0, 0.999)
	m.setFloat("eps", 0, 1e-8)
	m.setFloat("max_norm", 1, 0.5)
}
