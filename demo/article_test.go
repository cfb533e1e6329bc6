package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// plain returns text with single spaces and without the source's underscores.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "_", "")), " ")
}

// TestArticleIsNewtons finds every paragraph of the article in Go's own copy of
// the book, in order.
func TestArticleIsNewtons(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(strings.TrimSpace(string(out)), "src/testdata/Isaac.Newton-Opticks.txt")
	source, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		t.Skipf("this Go tree has no %s", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	rest := plain(string(source))
	for _, p := range paragraphs() {
		before, after, found := strings.Cut(rest, plain(p.Text))
		if !found {
			t.Errorf("%s is not in the book, or not in this order: %.60q", p.Label, p.Text)
			continue
		}
		rest = after
		_, number, _ := strings.Cut(p.Label, "Query ")
		if number != "" && !strings.HasSuffix(before, " "+number+". ") {
			t.Errorf("%s follows %q in the book", p.Label, before[max(0, len(before)-20):])
		}
	}
}

func TestParagraphsHaveLabels(t *testing.T) {
	texts := strings.Count(strings.TrimSpace(article), "\n\n") + 1
	if names := strings.Count(strings.TrimSpace(labels), "\n") + 1; names != texts {
		t.Errorf("%d labels for %d paragraphs", names, texts)
	}
}

// TestQueriesNameSentences checks that every marked sentence is in the article,
// once.
func TestQueriesNameSentences(t *testing.T) {
	data, err := os.ReadFile("testdata/queries.json")
	if err != nil {
		t.Fatal(err)
	}
	var queries []struct {
		Query    string
		Relevant []string
	}
	if err := json.Unmarshal(data, &queries); err != nil {
		t.Fatal(err)
	}
	if len(queries) != 20 {
		t.Errorf("%d queries, want 20", len(queries))
	}
	text := plain(article)
	for _, q := range queries {
		if len(q.Relevant) == 0 {
			t.Errorf("%q has no sentence", q.Query)
		}
		for _, r := range q.Relevant {
			if n := strings.Count(text, r); n != 1 {
				t.Errorf("%q: %q occurs %d times", q.Query, r, n)
			}
		}
	}
}
