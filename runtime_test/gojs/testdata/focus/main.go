// Command focus finds a sentence.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/focus"
)

func main() {
	if err := run(context.Background(), "model"); err != nil {
		fmt.Println(err)
	}
}

func run(ctx context.Context, file string) error {
	rt, err := wasm.Open(ctx, wasm.Options{})
	if err != nil {
		return err
	}
	m, err := rt.Load(ctx, strings.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	f, err := focus.New(m)
	if err != nil {
		return err
	}
	doc, err := f.Open(ctx, "One. Two.", nil)
	if err != nil {
		return err
	}
	res, err := doc.Focus(ctx, focus.Query{Text: "two", Budget: .5})
	if err != nil {
		return err
	}
	fmt.Println(res.Ranked)
	return nil
}
