//go:build train

package kernels

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fovea-run/fovea/wasm/program"
)

// trainingCalls are calls of the operations of training, of sizes that no
// vector divides. What they give is asked of every engine in runtime_test.
var trainingCalls = []struct {
	name   string
	attrs  []program.AttrValue
	inputs []*array
}{
	{"matmul_grad", nil, []*array{ramp(3, 7), ramp(7, 69), ramp(3, 69)}},
	{"activation_grad", attrs(int(program.GELU), 0.0), []*array{ramp(3, 7), ramp(3, 7)}},
	{"gated_grad", attrs(int(program.SiLU), 5, 1, 2), []*array{ramp(3, 7), ramp(3, 7), ramp(3, 5)}},
	{"layer_norm_grad", attrs(1e-3), []*array{ramp(3, 71), ramp(71), ramp(3, 71)}},
	{"layer_norm_grad", attrs(1e-3), []*array{ramp(2, 3, 7), ramp(3, 7), ramp(2, 3, 7)}},
	{"rms_norm_grad", attrs(1e-3), []*array{ramp(3, 7), ramp(7), ramp(3, 7)}},
	{"softmax_grad", attrs(0, 1), []*array{ramp(3, 7), ramp(3, 7)}},
	{"softmax_grad", attrs(1, 0), []*array{ramp(2, 3, 7), ramp(2, 3, 7)}},
	{"l2_normalize_grad", attrs(1e-3), []*array{ramp(3, 7), ramp(3, 7)}},
	{"pool_grad", attrs(poolMax), []*array{ramp(2, 3, 7), ramp(2, 7), indices(3, 2), nil}},
	{"pool_grad", attrs(poolMean), []*array{ramp(2, 3, 7), ramp(2, 7), nil,
		{shape: []uint32{2, 3}, ints: []int32{1, 0, 1, 0, 0, 0}}}},
	{"gather_grad", attrs(0.5, 5), []*array{indices(4, 0, 4), ramp(3, 7)}},
	{"cross_entropy", attrs(0.25), []*array{ramp(3, 7), indices(6, -1, 0)}},
	{"squared_error", nil, []*array{ramp(3, 7), ramp(3, 7)}},
	{"squared_error", nil, []*array{ramp(), ramp()}},
	{"contrastive_loss", attrs(0.5, 1), []*array{ramp(3, 7)}},
	{"ranking_loss", attrs(0.5), []*array{ramp(3, 7), ramp(3, 7)}},
	{"global_norm", nil, append([]*array{ramp(3, 7), nil, ramp(5000), ramp()}, make([]*array, 12)...)},
	{"sgd", attrs(0.5, 0.5, 0.5, 0.5, 1), []*array{ramp(3, 7), ramp(3, 7), ramp(3, 7), ramp()}},
	{"adam", attrs(0.5, 0.5, 0.5, 0.5, 0.5, 0.5), []*array{ramp(3, 7), ramp(3, 7), indices(2), ramp(3, 7), nil, ramp(1)}},
}

// TestTrainingMemory finds what an operation writes beside its outputs and
// its scratch memory, and what it reads there before it has written it.
func TestTrainingMemory(t *testing.T) {
	seen := map[string]bool{"attention_grad": true} // which has a test of its own
	for i, c := range trainingCalls {
		seen[c.name] = true
		t.Run(fmt.Sprint(c.name, " ", i), func(t *testing.T) {
			clean, soiled := runIn(t, 0, c.name, c.attrs, c.inputs), runIn(t, 0xFF, c.name, c.attrs, c.inputs)
			if !bytes.Equal(clean, soiled) {
				t.Error("the result depends on what its memory held before")
			}
		})
	}
	for _, op := range program.Ops {
		if op.Level == 1 && !seen[op.Name] {
			t.Errorf("%s has no call", op.Name)
		}
	}
}

// runIn runs an operation for all of its outputs, in memory that is filled
// with a byte, and returns the outputs.
func runIn(t *testing.T, fill byte, name string, attrs []program.AttrValue, inputs []*array) (out []byte) {
	h := newHost(t, 100)
	table := h.opFor(1<<len(program.OpByName(name).Outputs)-1, name, attrs, inputs...)
	first := uint32(0)
	for _, in := range inputs {
		if in != nil {
			first++
		}
	}
	allowed := [][2]uint32{{table.Load(bindScratch), table.Load(bindScratchBytes)}}
	for i := first; i < table.Load(bindTensors); i++ {
		r := boundTensor(table, i)
		allowed = append(allowed, [2]uint32{r.Load(boundAt), r.Load(boundBytes)})
	}
	for _, a := range allowed {
		copy(h.arena.Bytes()[a[0]:][:a[1]], bytes.Repeat([]byte{fill}, int(a[1])))
	}
	before := bytes.Clone(h.arena.Bytes())
	h.run(table)
	after := bytes.Clone(h.arena.Bytes())
	for i, a := range allowed {
		if i > 0 {
			out = append(out, after[a[0]:][:a[1]]...)
		}
		copy(after[a[0]:][:a[1]], before[a[0]:])
	}
	for i := heapAt; i < len(after); i++ { // below are the error record and the like
		if after[i] != before[i] {
			t.Fatalf("byte %d was written, outside of %v", i, allowed)
		}
	}
	return out
}

// TestRankedLimit has rows of so many scores that their pairs would take
// minutes.
func TestRankedLimit(t *testing.T) {
	h := newHost(t, 100)
	long := sized(mostRanked + 1)
	if h.tryOp(program.OpByName("ranking_loss").Code, nil, long, long) != 0 {
		t.Fatal("accepted")
	}
	h.wantError(errExtentLimit)
	if h.tryOp(program.OpByName("ranking_loss").Code, nil, sized(2, mostRanked), sized(2, mostRanked)) == 0 {
		t.Error(h.record().Message())
	}
}
