package quantize

import (
	"fmt"
	"math"
)

// Block is the number of consecutive values that share a scale.
const Block = 32

// maxF16 is the largest finite binary16.
const maxF16 = 65504

// Q8 quantizes x, whose length must be a multiple of [Block], to 8-bit integers
// and one binary16 scale a block. Value i is close to scale[i/32] · q[i]. The
// numbers are those of GGUF's Q8_0: scale = max|x|/127, q = x/scale rounded half
// away from zero with the scale that is not yet rounded to binary16. Infinities,
// NaNs and blocks too large for a binary16 scale are errors.
func Q8(x []float32) (q []int8, scales []uint16, err error) {
	if len(x)%Block != 0 {
		return nil, nil, fmt.Errorf("quantize: %d values are no multiple of %d", len(x), Block)
	}
	q = make([]int8, len(x))
	scales = make([]uint16, len(x)/Block)
	for b := range scales {
		block := x[b*Block : (b+1)*Block]
		largest, err := maxAbs(block)
		if err != nil {
			return nil, nil, fmt.Errorf("quantize: block %d: %w", b, err)
		}
		scale := largest / 127
		if scale == 0 {
			continue
		}
		inverse := 1 / scale
		if math.IsInf(float64(inverse), 0) {
			continue // far below binary16's smallest step: all zeros
		}
		for i, v := range block {
			q[b*Block+i] = int8(math.Round(float64(v * inverse)))
		}
		scales[b] = F16(scale)
	}
	return q, scales, nil
}

// maxAbs is the largest magnitude of a block, which must be finite and within
// reach of a binary16 scale.
func maxAbs(block []float32) (float32, error) {
	largest := float32(0)
	for i, v := range block {
		a := float32(math.Abs(float64(v)))
		if !(a <= maxF16*127) {
			return 0, fmt.Errorf("value %d is %v", i, v)
		}
		largest = max(largest, a)
	}
	return largest, nil
}

// Transpose turns row-major [rows, cols] into row-major [cols, rows].
func Transpose(x []float32, rows, cols int) []float32 {
	t := make([]float32, rows*cols)
	for r := range rows {
		for c := range cols {
			t[c*rows+r] = x[r*cols+c]
		}
	}
	return t
}
