package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A call of attention is a record of words in scratch memory, from which
// every function of the family reads what it needs; address 0 stands for an
// operand that is left out. Strides are in bytes.
const (
	attBatch = 4 * iota
	attHeads
	attKVHeads // which divides attHeads: heads share keys and values in groups
	attTq
	attTk   // new keys, behind attPast
	attPast // past keys
	attDim
	attVDim

	// Where head h of batch row b has element d of token t: at + b·batch +
	// h·head + t·row + 4·d, or 2·d where keys and values are f16, d where they
	// are int8.
	attQ
	attQBatch
	attQHead
	attQRow
	attK
	attKBatch
	attKHead
	attKRow
	attV
	attVBatch
	attVHead
	attVRow
	attPastK
	attPastKBatch
	attPastKHead
	attPastKRow
	attPastV
	attPastVBatch
	attPastVHead
	attPastVRow
	attOut
	attOutBatch
	attOutHead
	attOutRow
	attKBytes // of an element of k
	attVBytes
	attKScales // f16 of each 32 int8 elements, in their order
	attVScales

	attScale   // f32
	attSoftcap // f32, 0: none
	attCausal  // 0: none; n: a query sees keys up to n-1 behind its own
	attWindow  // 0: none; n: n keys up to its own
	attOffset  // position of the first query among the new keys
	attFromEnd // not 0: the last query's position is the last key's
	attPrefix  // keys that every query sees
	attTopK    // 0: all
	attQKMode

	attLengths
	attSlopes
	attSinks
	attTemperature
	attTemperatureBatch
	attQDocs
	attKDocs
	attPages
	attPagesRow // pages a batch row
	attPageSize // keys a page
	attBlocks
	attBlocksBatch
	attBlocksHead
	attBlocksRow
	attMask
	attMaskBatch
	attMaskHead
	attMaskRow
	attMaskKeys  // extent of the mask's last axis
	attMaskBytes // of an element: 1 for flags, 4 for numbers
	attBias
	attBiasBatch
	attBiasHead
	attBiasRow
	attBiasKeys
	attQK

	// Scratch memory of the worker.
	attStats  // running maxima, then sums, of a chunk of queries
	attScores // a tile of scores
	attKeys   // a packed block of keys
	attValues // a packed block of values
	attRows   // keyBlock rows of keys or values as they are packed
	attFull   // queryBlock rows of scores of all keys, if attWhole
	attFullRow

	// What the head at work has, see beginHead.
	atHead
	atB
	atKVHead
	atQ
	atOut
	atKeys     // how many keys there are for it
	atShift    // position of query 0, signed
	atPrepared // not 0: scores are changed before they are weighed
	attBytes
)

// numberAt returns a word of the record as a number.
func numberAt(a U32, off uint32) float32 { return F32(uint32(a) + off).Load(0) }

// wordAt returns a word of the record.
//
//wasm:inline
func wordAt(a U32, off uint32) uint32 { return (a + U32(off)).Load(0) }
