package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// mostBeside is how many bytes attention may take beside its operands and its result.
const mostBeside = 1 << 20

// printTable writes the table, and below it all that it is made of.
func (r *results) printTable(out io.Writer) {
	if len(r.Rows) == 0 {
		return
	}
	for _, p := range r.Peers {
		fmt.Fprintf(out, "%s %s: %s\n", p.Who, p.Version, p.Settings)
	}
	fmt.Fprintln(out, "fovea: one thread; operands and results stay in its memory, weights of a model are packed as it is loaded.\n"+
		"Headless Chromium, one page, a round of all contenders after another; medians. First run: that of fresh instances whose code\n"+
		"the engine has not met. Every contender's result has been compared with float64.")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nwork\tours\tbest peer\tits ms\tratio\trequired\treached\tfirst run / warm\treached")
	for _, l := range r.Table {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%.2f\t%s\t%s\t%.2f\t%s\n",
			l.Work, l.ours(), l.Peer, l.PeerMS, l.Ratio, l.wanted(), yes(l.Reached), l.First, yes(l.FirstReached))
	}
	w.Flush()
	fmt.Fprintln(w, "\nmedian of\t\tms\tgreatest distance / rms\tsamples")
	for _, q := range requirements {
		r.printContenders(w, q.row)
	}
	w.Flush()
}

// printContenders writes the contenders of a row, whose first requirement asks for it.
func (r *results) printContenders(w io.Writer, name string) {
	row := r.Rows[name]
	if row == nil || row.printed {
		return
	}
	row.printed = true
	for _, c := range row.Contenders {
		distance := ""
		if c.Distance != nil {
			distance = fmt.Sprintf("%.1e", *c.Distance)
		}
		fmt.Fprintf(w, "%s\t%s %s: %s\t%.3f\t%s\t%d\n", name, c.Who, c.Variant, c.How, median(c.MS), distance, len(c.MS))
	}
	for _, variant := range []string{"simd", "relaxed"} {
		fmt.Fprintf(w, "%s\tfovea %s: first runs\t%.3f\t\t%d\n", name, variant, median(row.First[variant]), len(row.First[variant]))
	}
}

func (l line) ours() string {
	if l.GBs != 0 {
		return fmt.Sprintf("%.1f GB/s", l.GBs)
	}
	return fmt.Sprintf("%.3f ms", l.MS)
}

func (l line) wanted() string {
	sign := "≥"
	if l.Above {
		sign = ">"
	}
	if l.Aim != 0 {
		return fmt.Sprintf("%s %.2f (aim %.2f)", sign, l.Required, l.Aim)
	}
	return fmt.Sprintf("%s %.2f", sign, l.Required)
}

func yes(reached bool) string {
	if reached {
		return "yes"
	}
	return "no"
}

// printLong writes what attention over many tokens takes.
func (r *results) printLong(out io.Writer) {
	if len(r.Long) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nattention, one head of 64\tfirst run, ms\toperands and result, MB\tbeside them, MB\trequired\treached")
	for _, l := range r.Long {
		beside := l.Bytes - 4*l.Operands
		fmt.Fprintf(w, "%d tokens %s\t%.0f\t%.2f\t%.2f\t< 1.00\t%s\n",
			l.Tokens, l.Variant, l.MS, 4*l.Operands/mostBeside, beside/mostBeside, yes(beside < mostBeside))
	}
	w.Flush()
}
