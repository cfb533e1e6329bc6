//go:build threads && train

package kernels

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fovea-run/fovea/wasm/program"
)

// TestCrewTraining runs the operations of training with several workers: the
// bits of every output are those of one worker.
func TestCrewTraining(t *testing.T) {
	for i, c := range trainingCalls {
		every := uint32(1)<<len(program.OpByName(c.name).Outputs) - 1
		outputs := func(h *host) (out []byte) {
			table := h.opFor(every, c.name, c.attrs, c.inputs...)
			h.run(table)
			for n := range uint32(len(program.OpByName(c.name).Outputs)) {
				out = append(out, h.tensor(table, table.Load(bindTensors)-1-n)...)
			}
			return out
		}
		want := outputs(newHost(t, 100))
		t.Run(fmt.Sprint(c.name, " ", i), func(t *testing.T) {
			h := newCrew(t, 3)
			for range 3 {
				if !bytes.Equal(outputs(h), want) {
					t.Error("three workers give other bits than one")
				}
			}
		})
	}
}
