package debug_test

import (
	"debug/dwarf"
	"fmt"
	"strings"
	"testing"
)

// sections returns the custom sections of a module.
func sections(t *testing.T, binary []byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for rest := binary[8:]; len(rest) > 0; {
		id := rest[0]
		size, n := number(rest[1:])
		body := rest[1+n:][:size]
		rest = rest[1+n+size:]
		if id == 0 {
			length, n := number(body)
			all[string(body[n:n+length])] = body[n+length:]
		}
	}
	return all
}

// number reads an unsigned LEB128 number and returns how long it is.
func number(b []byte) (v, n int) {
	for {
		v |= int(b[n]&0x7F) << (7 * n)
		n++
		if b[n-1] < 0x80 {
			return v, n
		}
	}
}

// TestInlined reads with Go's own reader what is inlined where: names, calls,
// and the instructions that the code begins with and ends before.
func TestInlined(t *testing.T) {
	m := compile(t, "trap.wasm")
	s := sections(t, m.Binary)
	d, err := dwarf.New(s[".debug_abbrev"], nil, nil, s[".debug_info"], s[".debug_line"], nil, s[".debug_ranges"], nil)
	if err != nil {
		t.Fatal(err)
	}
	code := m.Binary[m.Code:]
	var got []string
	depth := 0
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			break
		}
		switch e.Tag {
		case 0:
			depth--
			continue
		case dwarf.TagSubprogram:
			if e.Val(dwarf.AttrInline) == nil {
				got = append(got, fmt.Sprintf("%v %v", e.Val(dwarf.AttrName), e.Val(dwarf.AttrDeclLine)))
			}
		case dwarf.TagInlinedSubroutine:
			spans, err := d.Ranges(e)
			if err != nil || len(spans) != 1 {
				t.Fatalf("%v: %v", spans, err)
			}
			got = append(got, fmt.Sprintf("%s%s %v [%#x %#x)", strings.Repeat("\t", depth-1), origin(t, d, e),
				e.Val(dwarf.AttrCallLine), code[spans[0][0]], code[spans[0][1]]))
		}
		if e.Children {
			depth++
		}
	}
	const load, add = 0x28, 0x6A // i32.load; i32.add of share's, again of what is outside
	want := []string{
		"divide 24",
		fmt.Sprintf("\tshare 27 [%#x %#x)", add, add),
		fmt.Sprintf("\t\tquotient 18 [%#x %#x)", load, add),
		"read 33",
		"call 42",
		"stored 52",
		"reduced 60",
		"stop 69",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// origin returns the name of the function that an entry is a copy of.
func origin(t *testing.T, d *dwarf.Data, e *dwarf.Entry) string {
	t.Helper()
	r := d.Reader()
	r.Seek(e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset))
	o, err := r.Next()
	if err != nil || o == nil || o.Val(dwarf.AttrInline) == nil {
		t.Fatalf("origin %v, %v", o, err)
	}
	return o.Val(dwarf.AttrName).(string)
}
