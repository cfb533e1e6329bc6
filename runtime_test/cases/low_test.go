package cases

import "testing"

// TestLow holds scores at the ends of the range against plain arithmetic.
func TestLow(t *testing.T) {
	e := native(t)
	for _, c := range lowScores(newSource(1)) {
		if err := c.Check(ask(t, e, c.Case)); err != nil {
			t.Error(err)
		}
	}
}
