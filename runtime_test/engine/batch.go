package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// perMessage is how many cases go to a page in one message: a message costs as much as many small cases.
const perMessage = 64

// RunAll answers cases in order, for engines that can in few messages.
func RunAll(ctx context.Context, e Engine, all []Case) ([]Result, error) {
	if b, ok := e.(interface {
		RunAll(context.Context, []Case) ([]Result, error)
	}); ok {
		return b.RunAll(ctx, all)
	}
	var results []Result
	for _, c := range all {
		r, err := e.Run(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", e.Name(), c.Name, err)
		}
		results = append(results, r)
	}
	return results, nil
}

// RunAll answers cases as Run does, several a message.
func (p *page) RunAll(_ context.Context, all []Case) ([]Result, error) {
	var results []Result
	for part := range slices.Chunk(all, perMessage) {
		b, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		replies, err := p.tab.Eval(fmt.Sprintf("answerAll(%s)", b))
		if err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(replies, "\n") {
			r, err := decodeReply([]byte(line))
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
	}
	if len(results) != len(all) {
		return nil, fmt.Errorf("%d answers to %d cases", len(results), len(all))
	}
	return results, nil
}
