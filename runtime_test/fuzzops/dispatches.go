package fuzzops

import (
	"fmt"

	"github.com/fovea-run/fovea/wasm/program"
)

// What Bind lays out for WebGPU; see kernels/dispatch.go.
const (
	tableDispatches = 28
	listBytes       = 32
	dispatchBytes   = 320
	dispatchGroups  = 8
	dispatchBuffers = 20
	dispatchBuffer  = 24

	mostGroups  = 65535 // along an axis, of any device
	mostBuffers = 8
	scalesOf    = 1 << 30
	specials    = 1 << 31
	numSpecials = 4
)

// wrongDispatch says what is wrong with the dispatches of a bound program, "" if nothing is.
func wrongDispatch(mem []byte, handle, table uint32) string {
	list := word(mem, table+tableDispatches)
	n := word(mem, list)
	if uint64(list)+listBytes+uint64(n)*dispatchBytes > uint64(len(mem)) {
		return fmt.Sprintf("%d dispatches at %d lie outside of memory", n, list)
	}
	for i := range n {
		d := list + listBytes + dispatchBytes*i
		if word(mem, d) == none {
			continue // no shader: the program is not run on a device
		}
		for axis := range uint32(3) {
			if groups := word(mem, d+dispatchGroups+4*axis); groups-1 >= mostGroups {
				return fmt.Sprintf("dispatch %d has %d groups along axis %d", i, groups, axis)
			}
		}
		buffers := word(mem, d+dispatchBuffers)
		if buffers > mostBuffers {
			return fmt.Sprintf("dispatch %d has %d buffers", i, buffers)
		}
		for j := range buffers {
			b := word(mem, d+dispatchBuffer+4*j)
			if b != none && b-specials >= numSpecials && b&^scalesOf >= word(mem, handle+4*program.HeaderTensors) {
				return fmt.Sprintf("dispatch %d: buffer %d is %#x", i, j, b)
			}
		}
	}
	return ""
}
