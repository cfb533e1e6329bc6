package difftest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
	"github.com/fovea-run/fovea/kernels/simd128/conformance"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// scaffolding matches the instructions around an intrinsic in its kernel:
// the loop over the cases, the loads of operands, the store of the result,
// and for masks the comparison that makes them.
var scaffolding = regexp.MustCompile(`^(loop|block|br|br_if|if|else|end|local\.\w+|i32\.(const|add|sub|eqz)|i64\.const|v128\.(load|store|const)|[if](32|64)\.(load|store))$`)

var makesMask = regexp.MustCompile(`^i\d+x\d+\.(lt_s|splat)$`)

// TestEmitted checks in both builds that the kernel of each intrinsic has
// the instructions of the opcode table, in order, and no others.
func TestEmitted(t *testing.T) {
	for name, relaxed := range map[string]bool{"baseline": false, "relaxed": true} {
		t.Run(name, func(t *testing.T) {
			text, err := wasm.Print(compileOps(t, relaxed))
			if err != nil {
				t.Fatal(err)
			}
			bodies := instructionsByExport(text)
			seen := map[string]bool{}
			for _, o := range conformance.Ops() {
				seen[o.Intrinsic] = true
				masks := strings.Contains(o.Operands, "Mask")
				testEmitted(t, o.Name, opcode.FindIntrinsic(o.Intrinsic), bodies[o.Name], masks, relaxed)
			}
			for i := range opcode.Intrinsics {
				if in := &opcode.Intrinsics[i]; !seen[in.Go] { // those that have a plain kernel
					testEmitted(t, in.Go, in, bodies[in.Go], false, relaxed)
				}
			}
		})
	}
}

func testEmitted(t *testing.T, kernel string, in *opcode.Intrinsic, body []string, masks, relaxed bool) {
	t.Helper()
	if body == nil {
		t.Errorf("no export %s", kernel)
		return
	}
	want := in.Emits(relaxed)
	if in.RelaxedOnly && !relaxed {
		want = nil
	}
	var got []string
	for _, name := range body {
		if masks && makesMask.MatchString(name) {
			continue
		}
		if !scaffolding.MatchString(name) || slices.Contains(want, name) {
			got = append(got, name)
		}
	}
	if len(want) > 0 && scaffolding.MatchString(want[0]) { // the loop has some, too
		got = slices.Compact(slices.Sorted(slices.Values(got)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: emitted %q, want %q", kernel, got, want)
	}
}

var accessLine = regexp.MustCompile(`^\s+(\S+) offset=\d+ align=(\d+)`)

// TestAlignment checks that atomic accesses claim the alignment that they
// must have, and the others none above 4.
func TestAlignment(t *testing.T) {
	text, err := wasm.Print(compileOps(t, false))
	if err != nil {
		t.Fatal(err)
	}
	atomics := 0
	for line := range strings.Lines(text) {
		m := accessLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		in := opcode.Find(m[1])
		want := min(in.Natural(), 4)
		if strings.Contains(m[1], ".atomic.") {
			want = in.Natural()
			atomics++
		}
		if m[2] != fmt.Sprint(want) {
			t.Errorf("%s has alignment %s, want %d", m[1], m[2], want)
		}
	}
	if atomics < 67-1 { // the instructions of the proposal but atomic.fence
		t.Errorf("%d atomic accesses", atomics)
	}
}

var exportLine = regexp.MustCompile(`^\(func \$\d+ \(export "(.+?)"\)`)

// instructionsByExport returns the mnemonics of each exported function.
func instructionsByExport(text string) map[string][]string {
	all := map[string][]string{}
	export := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch m := exportLine.FindStringSubmatch(line); {
		case m != nil:
			export = m[1]
			all[export] = []string{}
		case export == "" || line == "" || line[0] == '(' || line[0] == ')':
		default:
			mnemonic, _, _ := strings.Cut(line, " ")
			all[export] = append(all[export], mnemonic)
		}
	}
	return all
}

// TestDisassembly compares our printer with another's: both read the same
// instructions from the module of every intrinsic.
func TestDisassembly(t *testing.T) {
	tool, err := exec.LookPath("wasm-objdump")
	if err != nil {
		t.Skip("no wasm-objdump: install wabt to compare the printer with it")
	}
	for name, relaxed := range map[string]bool{"baseline": false, "relaxed": true} {
		t.Run(name, func(t *testing.T) {
			module := compileOps(t, relaxed)
			file := filepath.Join(t.TempDir(), "ops.wasm")
			if err := os.WriteFile(file, module, 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(tool, "-d", file).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			text, err := wasm.Print(module)
			if err != nil {
				t.Fatal(err)
			}
			compareDisassembly(t, instructionsByExport(text), objdump(string(out)))
		})
	}
}

func compareDisassembly(t *testing.T, ours, theirs map[string][]string) {
	t.Helper()
	if len(ours) != len(theirs) {
		t.Errorf("%d functions, want %d", len(ours), len(theirs))
	}
	for name, got := range ours {
		want := theirs[name]
		if len(want) > 0 && want[len(want)-1] == "end" {
			want = want[:len(want)-1] // the function's own
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: printed %q, wasm-objdump has %q", name, got, want)
		}
	}
}

var (
	dumpedFunc = regexp.MustCompile(`^[0-9a-f]+ func\[\d+\] <(.+)>:$`)
	dumpedCode = regexp.MustCompile(`^ [0-9a-f]+: [^|]*\|\s+(\S+)`)
)

// renamed holds names that wabt 1.0.32 has of before the relaxed SIMD
// proposal was finished.
var renamed = map[string]string{
	"i16x8.dot_i8x16_i7x16_s":     "i16x8.relaxed_dot_i8x16_i7x16_s",
	"i32x4.dot_i8x16_i7x16_add_s": "i32x4.relaxed_dot_i8x16_i7x16_add_s",
}

// objdump returns the mnemonics of each function in wasm-objdump's output.
func objdump(text string) map[string][]string {
	all := map[string][]string{}
	name := ""
	for line := range strings.Lines(text) {
		if m := dumpedFunc.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			name = m[1]
			all[name] = []string{}
		} else if m := dumpedCode.FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[1], "local[") {
			mnemonic := m[1]
			if now, ok := renamed[mnemonic]; ok {
				mnemonic = now
			}
			all[name] = append(all[name], mnemonic)
		}
	}
	return all
}
