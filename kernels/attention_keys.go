package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// packKeys packs n ≤ keyBlock keys of the head at work from key j on as the
// columns of a matrix.
func packKeys(a U32, j, n uint32) {
	at, row := blockOf(a, attK, j, n)
	packColumns(F32(wordAt(a, attKeys)), at, wordAt(a, attDim), n, row)
}

// packValues packs n ≤ keyBlock values as the rows of a matrix.
func packValues(a U32, j, n uint32) {
	at, row := blockOf(a, attV, j, n)
	packRows(F32(wordAt(a, attValues)), at, n, wordAt(a, attVDim), row)
}

// blockOf returns where n keys (side attK) or values (attV) of the head at
// work from number j on lie as rows of f32, and how far apart: where they
// are, or copied to attRows if they are scattered or not f32.
func blockOf(a U32, side, j, n uint32) (F32, uint32) {
	dim := sideDim(a, side)
	if wordAt(a, attPages) == 0 && sideBytes(a, side) == 4 {
		past := wordAt(a, attPast)
		if j >= past || j+n <= past {
			return F32(rowOf(a, side, j)), rowStride(a, side, j)
		}
	}
	rows := wordAt(a, attRows)
	for i := range n {
		copyRow(a, side, F32(rows+4*dim*i), rowOf(a, side, j+i))
	}
	return F32(rows), 4 * dim
}

// sideDim returns how many elements a key or value has.
func sideDim(a U32, side uint32) uint32 {
	if side == attK {
		return wordAt(a, attDim)
	}
	return wordAt(a, attVDim)
}

// sideBytes returns the bytes of an element of a key or value.
func sideBytes(a U32, side uint32) uint32 {
	if side == attK {
		return wordAt(a, attKBytes)
	}
	return wordAt(a, attVBytes)
}

// A side's words in the record, as from attK and attV on.
const (
	sideBatch = 4
	sideHead  = 8
	sideRow   = 12
	sidePast  = attPastK - attK
)

// rowOf returns the address of key or value j of the head at work.
func rowOf(a U32, side, j uint32) uint32 {
	b := wordAt(a, atB)
	if pages := U32(wordAt(a, attPages)); pages != 0 {
		// A page is what a batch row is elsewhere.
		size := wordAt(a, attPageSize)
		b, j = word(pages, b*wordAt(a, attPagesRow)+j/size), j%size
	} else if past := wordAt(a, attPast); j < past {
		side += sidePast
	} else {
		j -= past
	}
	return wordAt(a, side) + b*wordAt(a, side+sideBatch) + wordAt(a, atKVHead)*wordAt(a, side+sideHead) + j*wordAt(a, side+sideRow)
}

// rowStride returns how far key or value j+1 lies behind j.
func rowStride(a U32, side, j uint32) uint32 { return wordAt(a, sideOf(a, side, j)+sideRow) }

// headStride returns how far key or value j of the next head lies behind that
// of a head.
func headStride(a U32, side, j uint32) uint32 { return wordAt(a, sideOf(a, side, j)+sideHead) }

// sideOf returns the words of the record for key or value j: of a side, or of
// its past.
func sideOf(a U32, side, j uint32) uint32 {
	if j < wordAt(a, attPast) {
		return side + sidePast
	}
	return side
}

// copyRow copies the key or value at src as f32.
func copyRow(a U32, side uint32, dst F32, src uint32) {
	dim := sideDim(a, side)
	switch sideBytes(a, side) {
	case 4:
		MemoryCopy(uint32(dst), src, 4*dim)
	case 2:
		widenHalves(dst, U16(src), dim)
	default:
		dequantizeQ8(dst, U8(src), scalesOf(a, side, src), dim)
	}
}

// scalesOf returns where the scales of an int8 key or value at a row lie, 0 of
// one that is not: all strides are whole blocks, so that scales lie as the
// blocks do.
func scalesOf(a U32, side, row uint32) U16 {
	scales := wordAt(a, attKScales)
	if side == attV {
		scales = wordAt(a, attVScales)
	}
	if scales == 0 {
		return 0
	}
	return U16(scales + (row-wordAt(a, side))/blockLen*2)
}

// widenHalves converts n float16 to float32.
func widenHalves(dst F32, src U16, n uint32) {
	for range n / 4 {
		float16Vec(LoadExtendUint32x4(src, 0)).Store(dst, 0)
		src += 8
		dst += 16
	}
	for range n % 4 {
		dst.Store(0, float16Vec(BroadcastUint32x4(src.Load(0))).GetElem(0))
		src += 2
		dst += 4
	}
}

// float16Vec returns the numbers of which x has the bits as float16. It is
// exact: a subnormal's product with 2¹¹² is, too.
//
//wasm:inline
func float16Vec(x Uint32x4) Float32x4 {
	magnitude := x.And(BroadcastUint32x4(0x7FFF)).ShiftAllLeft(13)
	y := magnitude.AsFloat32x4().Mul(BroadcastFloat32x4(0x1p112))
	// What is infinite or no number keeps its fraction.
	special := magnitude.Or(BroadcastUint32x4(0x7F800000)).AsFloat32x4()
	y = special.Merge(y, magnitude.GreaterEqual(BroadcastUint32x4(0x7C00<<13)))
	return y.AsUint32x4().Or(x.And(BroadcastUint32x4(0x8000)).ShiftAllLeft(16)).AsFloat32x4()
}

// joinPast writes to present[batch, kvHeads, past + new, dim] the past keys
// or values and the new ones behind them, of head i counted through all
// batch rows.
func joinPast(a U32, side, present, i uint32) {
	heads := wordAt(a, attKVHeads)
	a.Store(atB, i/heads)
	a.Store(atKVHead, i%heads)
	bytes := sideDim(a, side) * sideBytes(a, side)
	n := wordAt(a, attPast) + wordAt(a, attTk)
	present += i * n * bytes
	for j := range n {
		MemoryCopy(present+j*bytes, rowOf(a, side, j), bytes)
	}
}
