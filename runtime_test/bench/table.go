package main

import (
	"fmt"
	"math"
	"strings"
)

// A peer is what the page tells about one.
type peer struct{ Who, Version, Settings string }

// A tableRow is what the page has timed for one row of the table: milliseconds a run.
type tableRow struct {
	Contenders []contender
	First      samples // of ours, by variant, each in a fresh instance
	Tolerance  float64 // of every distance
	Bytes      float64 // that a run reads, if that is what counts
	printed    bool
}

type contender struct {
	Who, How, Variant string
	Copies            bool // it only copies what the others of the same name compute with
	MS                []float64
	Distance          *float64 // the greatest from the reference, relative to its root mean square
}

// A longRun is attention over many tokens of one head, 64 wide.
type longRun struct {
	Tokens   int
	Variant  string
	MS       float64
	Bytes    float64 // of the instance's memory afterwards
	Operands float64 // bytes of each of the three operands and of the result
}

// A line of the table compares ours in one variant with the best of some peers.
type line struct {
	Work         string
	MS, GBs      float64 // ours
	Peer         string  // the best
	PeerMS       float64 // its copies taken off
	Ratio        float64
	Required     float64
	Aim          float64 // beyond what is required; 0 for none
	Above        bool    // the ratio must be above, not just reach it
	Reached      bool
	First        float64 // of the first run to the warm median
	FirstReached bool
}

// mostFirst is what the first run may take of the warm median.
const mostFirst = 1.5

// A requirement is what a row must reach.
type requirement struct {
	row, against  string // prefix of the peer that it is compared with, and of its formulation after a slash
	simd, relaxed float64
	aim           float64 // of relaxed
	factor        float64 // work of ours for that of the peer, if it is another
	above         bool
}

var requirements = []requirement{
	{row: "matmul 512³", simd: 1.15, relaxed: 1.6},
	{row: "attention 12×512×64", simd: 1.25, relaxed: 1.6, aim: 1.8},
	{row: "attention 12×1024×64", simd: 1.25, relaxed: 1.6, aim: 1.8},
	{row: "causal 12×512×64", against: "onnxruntime-web", simd: 2.3, relaxed: 3.3},
	{row: "causal 12×1024×64", against: "onnxruntime-web", simd: 2.3, relaxed: 3.3},
	{row: "grouped causal 12/4×512×64", against: "onnxruntime-web/GroupQueryAttention", simd: 21, relaxed: 30},
	{row: "grouped causal 12/4×512×64", against: "onnxruntime-web/Attention-23", simd: 2.3, relaxed: 3.3},
	{row: "decode 12×4096×64", against: "read loop", simd: 0.8, relaxed: 0.8},
	{row: "decode 12×4096×64, cached", against: "read loop", simd: 0.8, relaxed: 0.8},
	{row: "4-bit matvec 2048×2048", against: "onnxruntime-web/MatMulNBits", simd: 25, relaxed: 25},
	{row: "4-bit matvec 2048×2048", against: "onnxruntime-web/MatMul of f32", simd: 1, relaxed: 1, above: true},
	{row: "int8 matmul 512³", against: "fovea f32", simd: 1.2, relaxed: 1.2},
	// Five products of the backward run for two of the forward run.
	{row: "backward 12×512×64", against: "fovea forward", simd: 0.75, relaxed: 0.75, factor: 5. / 2},
}

// lines compares what was timed with the requirements.
func (r *results) lines() (all []line) {
	for _, q := range requirements {
		row := r.Rows[q.row]
		if row == nil {
			continue
		}
		for _, c := range row.Contenders {
			if c.Variant != "" {
				all = append(all, row.line(q, c))
			}
		}
	}
	return all
}

// line compares ours in one variant with the best peer that q names.
func (row *tableRow) line(q requirement, ours contender) line {
	l := line{Work: q.row + " " + ours.Variant, MS: median(ours.MS), PeerMS: math.Inf(1), Required: q.simd, Above: q.above}
	if ours.Variant == "relaxed" {
		l.Required, l.Aim = q.relaxed, q.aim
	}
	if row.Bytes != 0 {
		l.GBs = row.Bytes / l.MS / 1e6
	}
	for _, c := range row.Contenders {
		if !q.takes(c, ours.Variant) {
			continue
		}
		if ms := median(c.MS) - row.copies(c.Who); ms < l.PeerMS {
			l.Peer, l.PeerMS = c.Who+": "+c.How, ms
		}
	}
	l.Ratio = l.PeerMS / l.MS
	if q.factor != 0 {
		l.Ratio *= q.factor
	}
	l.Reached = l.Ratio >= l.Required && !(q.above && l.Ratio == l.Required)
	l.First = median(row.First[ours.Variant]) / l.MS
	l.FirstReached = l.First <= mostFirst
	return l
}

// takes tells whether ours is compared with c.
func (q requirement) takes(c contender, variant string) bool {
	if c.Variant != "" || c.Copies || !strings.HasPrefix(c.Who+"/"+c.How, q.against) {
		return false
	}
	_, of, ok := strings.Cut(c.Who, ", ")
	return !ok || of == variant // "fovea forward, simd" is for simd only
}

// copies returns the median of what who takes to copy operands and result of a run, which it cannot leave out.
func (row *tableRow) copies(who string) float64 {
	for _, c := range row.Contenders {
		if c.Copies && c.Who == who {
			return median(c.MS)
		}
	}
	return 0
}

// wrong lists the contenders that are not as close to the reference as they must be.
func (row *tableRow) wrong() (all []string) {
	for _, c := range row.Contenders {
		if c.Distance != nil && !(*c.Distance <= row.Tolerance) {
			all = append(all, fmt.Sprintf("%s, %s: %g away from the reference, at most %g", c.Who, c.How, *c.Distance, row.Tolerance))
		}
	}
	return all
}
