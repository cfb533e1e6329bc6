package main

import (
	"embed"
	"strings"
)

// web are the page's own files.
//
//go:embed web
var web embed.FS

// article is the text that the page opens with, see article/README.md.
//
//go:embed article/opticks.txt
var article string

// labels name the paragraphs of the article, a line each, by their place in
// the book. They are no part of the text.
//
//go:embed article/labels.txt
var labels string

// A paragraph of the article.
type paragraph struct{ Label, Text string }

// paragraphs returns the article for the page.
func paragraphs() []paragraph {
	texts := strings.Split(strings.TrimSpace(article), "\n\n")
	names := strings.Split(strings.TrimSpace(labels), "\n")
	list := make([]paragraph, len(texts))
	for i, text := range texts {
		list[i] = paragraph{strings.TrimSpace(names[i]), text}
	}
	return list
}
