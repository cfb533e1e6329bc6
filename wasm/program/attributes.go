package program

import (
	"math"
	"strconv"
	"strings"
)

// AttrKind says which values an attribute takes.
type AttrKind uint32

const (
	AttrInt AttrKind = 1 + iota
	AttrFloat
	AttrAct // an [Act] as i32
	AttrFlag
	AttrCount
	AttrEven
	AttrPosition
	AttrPadding
	AttrBits
	AttrPool
	AttrRelative
	AttrQKMode
	AttrNotNegative
	AttrBounded
	AttrPositive
	AttrShare
	AttrDecay
	AttrBase
)

// A kindRow describes a kind to users and to the kernels.
type kindRow struct {
	tag  AttrTag
	want string // in words
	// Taken is the condition in kernel Go, on the bits of an integer that is
	// not negative or on x, a finite number; "" where there is none beside.
	taken string
}

var kindRows = [...]kindRow{
	AttrInt:         {TagInt, "an integer from 0 up", ""},
	AttrFloat:       {TagFloat, "a finite number", ""},
	AttrAct:         {TagInt, "none, relu, gelu, gelu_tanh, tanh, silu or sigmoid", "bits <= actSigmoid"},
	AttrFlag:        {TagInt, "0 or 1", "bits <= 1"},
	AttrCount:       {TagInt, "an integer from 1 up", "bits != 0"},
	AttrEven:        {TagInt, "an even integer from 0 up", "bits%2 == 0"},
	AttrPosition:    {TagInt, "0 to 1073741824", "bits <= mostPositions"},
	AttrPadding:     {TagInt, "0 to 536870912", "bits <= mostPadding"},
	AttrBits:        {TagInt, "4 or 8", "bits == 4 || bits == 8"},
	AttrPool:        {TagInt, "0 to 4", "bits < poolKinds"},
	AttrRelative:    {TagInt, "0 to 2", "bits < relativeKinds"},
	AttrQKMode:      {TagInt, "0 to 3", "bits <= qkWeight"},
	AttrNotNegative: {TagFloat, "a number from 0 up", "x >= 0"},
	AttrBounded:     {TagFloat, "0 to 1e30", "x >= 0 && x <= 1e30"},
	AttrPositive:    {TagFloat, "1e-30 to 1e30", "x >= 1e-30 && x <= 1e30"},
	AttrShare:       {TagFloat, "0 to 1", "x >= 0 && x <= 1"},
	AttrDecay:       {TagFloat, "0 to below 1", "x >= 0 && x < 1"},
	AttrBase:        {TagFloat, "0 or a number from 1 up", "x == 0 || x >= 1"},
}

// AttrKinds returns all kinds in order.
func AttrKinds() (kinds []AttrKind) {
	for k := AttrInt; int(k) < len(kindRows); k++ {
		kinds = append(kinds, k)
	}
	return kinds
}

// Tag returns the tag that a value of kind k carries in a program.
func (k AttrKind) Tag() AttrTag { return kindRows[k].tag }

// Want says in words which values are taken.
func (k AttrKind) Want() string { return kindRows[k].want }

// Taken is the condition of the kernels, see [kindRow].
func (k AttrKind) Taken() string { return kindRows[k].taken }

// AttrDefault says what an attribute is where a call leaves it out.
type AttrDefault uint32

const (
	NoDefault    AttrDefault = iota // it must be given, unless it is optional in a record
	DefaultZero                     // as in a record that ends before it
	DefaultOne                      // the number 1
	DefaultDim                      // dim, the second attribute
	DefaultScale                    // 1/√dim
	numAttrDefault
)

// Words is the default in words, "" where there is none.
func (d AttrDefault) Words() string {
	return [numAttrDefault]string{"", "0", "1", "dim", "1/√dim"}[d]
}

// Attr describes one attribute of an operation.
type Attr struct {
	Name     string
	Kind     AttrKind
	Optional bool // a record may end before it, and it is 0 then
	Default  AttrDefault
	Since    uint32 // as Operand's
}

// LeftOut reports whether a call may leave the attribute out.
func (a Attr) LeftOut() bool { return a.Optional || a.Default != NoDefault }

// orZero, orOne, orDim and orScale are the attributes with a default.
func orZero(attrs ...Attr) []Attr { return withDefault(DefaultZero, attrs) }
func orOne(attrs ...Attr) []Attr  { return withDefault(DefaultOne, attrs) }

func withDefault(d AttrDefault, attrs []Attr) []Attr {
	for i := range attrs {
		attrs[i].Default = d
	}
	return attrs
}

// attrsOf are attributes of one kind.
func attrsOf(kind AttrKind, names ...string) (attrs []Attr) {
	for _, n := range names {
		attrs = append(attrs, Attr{Name: n, Kind: kind})
	}
	return attrs
}

// headAttrs are the attributes of an attention that say where its heads are:
// heads, dim, vdim where there are values, then columns.
func headAttrs(values bool, cols ...string) []Attr {
	attrs := attrsOf(AttrCount, "heads", "dim")
	if values {
		attrs = append(attrs, Attr{Name: "vdim", Kind: AttrCount, Default: DefaultDim})
	}
	return append(attrs, orZero(attrsOf(AttrInt, cols...)...)...)
}

// attentionScale is the factor of q·k.
var attentionScale = Attr{Name: "scale", Kind: AttrFloat, Default: DefaultScale}

// Number prints a number as JavaScript does, in the fewest digits that give it.
func Number(v float64) string {
	form := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		form = 'e'
	}
	text := strconv.FormatFloat(v, form, -1, 64)
	return strings.NewReplacer("Inf", "Infinity", "+Inf", "Infinity", "e-0", "e-", "e+0", "e+").Replace(text)
}

// AttrWords returns, for an attribute of the operation with that code, its
// name, its value and what it can be; "" for a name that there is not.
func AttrWords(code, index, bits uint32) (name, got, want string) {
	op := OpByCode(code)
	if op == nil || uint64(index) >= uint64(len(op.Attrs)) {
		return "", strconv.Itoa(int(int32(bits))), "taken"
	}
	a := op.Attrs[index]
	got = strconv.Itoa(int(int32(bits)))
	if a.Kind.Tag() == TagFloat {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(float64(math.Float32frombits(bits)), 'e', 6, 64), 64) // as it was given, rather than as rounded to 32 bits
		got = Number(short)
	}
	return a.Name, got, a.Kind.Want()
}
