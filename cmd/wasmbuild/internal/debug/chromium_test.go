package debug_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// frame is a line of V8's stack that is in a module: a function's name and an
// offset.
var frame = regexp.MustCompile(`at (\S+) \(wasm:\S+:0x([0-9a-f]+)\)`)

// TestChromium reads the stacks of traps in a page and finds the offsets in
// the source map.
func TestChromium(t *testing.T) {
	p, err := browser.Open(t.Context(), browser.Options{})
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	m := compile(t, "trap.wasm")
	for _, tr := range traps {
		t.Run(tr.export, func(t *testing.T) {
			stack, err := browser.Eval[string](p, fmt.Sprintf(`(async () => {
				const bytes = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));
				const {instance} = await WebAssembly.instantiate(bytes);
				try { instance.exports[%q](%s); } catch (err) { return err.stack; }
			})()`, base64.StdEncoding.EncodeToString(m.Binary), tr.export, strings.Join(inText(tr.args), ",")))
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, f := range frame.FindAllStringSubmatch(stack, -1) {
				offset, err := strconv.ParseInt(f[2], 16, 32)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(&got, f[1], find(t, m.Map, int(offset)))
			}
			if want := v8Trace(t, tr); got.String() != want {
				t.Errorf("got\n%swant\n%s%s", got.String(), want, stack)
			}
		})
	}
}

// find returns the place and the function that a source map has for an
// offset: those of the last segment that is not behind it.
func find(t *testing.T, text []byte, offset int) string {
	t.Helper()
	var m struct {
		Sources, Names []string
		Mappings       string
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	var at [5]int
	found := ""
	for segment := range strings.SplitSeq(m.Mappings, ",") {
		for i := range at {
			var v int
			v, segment = digits(segment)
			at[i] += v
		}
		if at[0] > offset {
			break
		}
		found = fmt.Sprintf("%s:%d %s", m.Sources[at[1]], at[2]+1, m.Names[at[4]])
	}
	return found
}

// digits reads a number from the start of a segment.
func digits(s string) (v int, rest string) {
	const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(s) {
		d := strings.IndexByte(base64, s[i])
		v |= d & 31 << (5 * i)
		if d < 32 {
			rest = s[i+1:]
			break
		}
	}
	if v&1 != 0 {
		return -(v >> 1), rest
	}
	return v >> 1, rest
}
