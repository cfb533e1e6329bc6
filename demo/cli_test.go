package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the command line with in as its standard input.
func command(t *testing.T, in string, args ...string) (out, errOut string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), args, streams{strings.NewReader(in), &o, &e})
	return o.String(), e.String(), err
}

func TestFocusRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show"}, `"show" is no command`},
		{[]string{"focus"}, "which file?"},
		{[]string{"focus", "a", "b"}, "one file at a time"},
		{[]string{"focus", "-budget", "2", "-"}, "-budget is 2, not from 0 to 1"},
		{[]string{"focus", "-budget", "NaN", "-"}, "-budget is NaN"},
		{[]string{"focus", filepath.Join(dir, "nowhere")}, "no such file"},
		{[]string{"focus", dir}, "is a directory"},
		{[]string{"focus", file("binary", "\x7fELF\x00\x00")}, "binary is no text"},
		{[]string{"focus", file("large", strings.Repeat("a", maxFile+1))}, "larger than 16 MiB"},
		{[]string{"focus", file("empty", "")}, "has no sentence: it is empty"},
		{[]string{"focus", file("blank", " \n\t\n")}, "has no sentence: it is only white space"},
	} {
		out, _, err := command(t, "", c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%q: %v and %q, want an error with %q", c.args, err, out, c.want)
		}
	}
}

// TestNotes counts what was read: long sentences to their ends, of which nothing needs to be said.
func TestNotes(t *testing.T) {
	long := strings.Repeat("light and heat and colour ", 35) + ".\n\n"
	for text, want := range map[string]string{
		"Short.":              "1 of 1 sentences, 2 tokens;",
		long:                  "1 of 1 sentences, 177 tokens;", // 175 words, the stop and the space before it
		long + "Ha.\n" + long: "1 of 2 sentences, 356 tokens;",
	} {
		_, notes, err := command(t, text, "focus", "-")
		if err != nil || !strings.HasPrefix(notes, want) || strings.Count(notes, "\n") != 1 {
			t.Errorf("%.20q…: %v and %q, want %q and no other line", text, err, notes, want)
		}
	}
}

func TestFocusCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, []string{"focus", "-"}, streams{strings.NewReader("Light."), &out, &out}); err == nil {
		t.Error("a stopped command found something")
	}
}

// TestFocusArticle asks the article something and reads the answer in both forms.
func TestFocusArticle(t *testing.T) {
	args := []string{"focus", "-query", "Is fire something so hot that it gives off light?", "-budget", "0.05"}
	out, notes, err := command(t, "", append(args, "article/opticks.txt")...)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(out, "\n")
	if !strings.Contains(first, "Is not Fire a Body heated") || !strings.Contains(notes, "sentences") {
		t.Errorf("found %q with notes %q", first, notes)
	}
	out, _, err = command(t, article, append(args, "-json", "-")...)
	if err != nil {
		t.Fatal(err)
	}
	var j jsonReport
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		t.Fatal(err)
	}
	if j.Sentences < 80 || j.Tokens < 2000 {
		t.Errorf("%d sentences with %d tokens, want at least 80 and 2000", j.Sentences, j.Tokens)
	}
	if len(j.Found) == 0 || !strings.Contains(first, strings.Join(strings.Fields(j.Found[0].Text), " ")) {
		t.Fatalf("JSON has %v, text has %q", j.Found, first)
	}
	for i, m := range j.Found {
		if article[m.Start:m.End] != m.Text || strings.Count(article[:m.Start], "\n")+1 != m.Line {
			t.Errorf("%+v is not what stands there", m)
		}
		if i > 0 && !(m.Score <= j.Found[i-1].Score) {
			t.Errorf("score %v after %v", m.Score, j.Found[i-1].Score)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"one\ttwo\r\nthree":          "one\ttwo\nthree",
		"\x1b[31mred\x1b[0m\a":       "\uFFFD[31mred\uFFFD[0m\uFFFD",
		"bad \xff\xfe":               "bad \uFFFD\uFFFD",
		"\u202eright to left":        "\uFFFDright to left",
		"\u009b31m":                  "\uFFFD31m",
		"naïve 北京 \U0001F600 \u0301": "naïve 北京 \U0001F600 \u0301",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
