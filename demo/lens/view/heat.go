package view

import (
	"math"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// A textureKey says which head a texture shows and how many texels wide.
type textureKey struct{ head, side int }

// heat returns the map of a head for a square of side device-independent
// pixels: a texel a weight, or fewer where they would be finer than the
// screen; then each is the mean of the weights that it covers.
func (v *View) heat(head int, side float64) *paint.Texture {
	n := len(v.labels)
	key := textureKey{head, n}
	if px := int(math.Round(side * v.scale)); px < n {
		key.side = max(px, 1)
	}
	if t := v.textures[key]; t != nil {
		return t
	}
	h := v.heads[head]
	t := paint.NewTexture(key.side, key.side)
	weights := h.weights
	if key.side < n {
		weights = shrink(weights, n, key.side)
	}
	for i, w := range weights {
		c := v.colour(h, w)
		copy(t.Pix[4*i:], []byte{c.R, c.G, c.B, 0xff})
	}
	v.textures[key] = t
	return t
}

// shrink returns the means over a side × side grid of an n × n one.
func shrink(weights []float32, n, side int) []float32 {
	return shrinkRows(transpose(shrinkRows(transpose(weights, n, n), n, n, side), side, n), n, side, side)
}

// shrinkRows makes side rows of rows, each the mean of those that it covers.
func shrinkRows(m []float32, rows, cols, side int) []float32 {
	out := make([]float32, side*cols)
	share := float64(rows) / float64(side)
	for i := range side {
		lo, hi := float64(i)*share, float64(i+1)*share
		for r := int(lo); r < rows && float64(r) < hi; r++ {
			cover := (min(hi, float64(r+1)) - max(lo, float64(r))) / share
			for c := range cols {
				out[i*cols+c] += float32(cover) * m[r*cols+c]
			}
		}
	}
	return out
}

func transpose(m []float32, rows, cols int) []float32 {
	out := make([]float32, len(m))
	for r := range rows {
		for c := range cols {
			out[c*rows+r] = m[r*cols+c]
		}
	}
	return out
}
