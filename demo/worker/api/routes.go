package api

import (
	"fmt"
	"math"
	"strings"

	"github.com/fovea-run/fovea/wasm/focus"
)

func (a *API) health(*work, []byte) (any, error) {
	return map[string]any{"status": "ok", "model": a.card.Name, "dims": a.card.Dims, "maxTokens": a.card.MaxTokens}, nil
}

// embed encodes texts.
func (a *API) embed(w *work, body []byte) (any, error) {
	var in struct {
		Texts []string `json:"texts"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if len(in.Texts) == 0 {
		return nil, bad("missing", "there is nothing to encode", "texts", "none", "an array of strings")
	}
	if len(in.Texts) > MaxTexts {
		return nil, bad("too-many", "these are too many texts", "texts", fmt.Sprint(len(in.Texts)), fmt.Sprintf("at most %d", MaxTexts))
	}
	for i, text := range in.Texts {
		if strings.TrimSpace(text) == "" {
			return nil, bad("empty", "a text is empty", fmt.Sprintf("texts[%d]", i), "only white space", "words")
		}
	}
	embeddings, err := a.focus.Embed(w, in.Texts, w.reading("texts"))
	if err != nil {
		return nil, w.because(err)
	}
	type embedding struct {
		Vector []float32 `json:"vector"` // of unit length
		Tokens int       `json:"tokens"` // of the text
	}
	out := make([]embedding, len(embeddings))
	for i, e := range embeddings {
		out[i] = embedding(e)
	}
	return map[string]any{"model": a.card.Name, "embeddings": out}, nil
}

// defaultBudget is the share of a text that is kept where a request does not
// say.
const defaultBudget = 0.1

// focusOn finds the sentences of a text that matter.
func (a *API) focusOn(w *work, body []byte) (any, error) {
	var in struct {
		Text   *string  `json:"text"`
		Query  string   `json:"query"`
		Budget *float64 `json:"budget"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Text == nil {
		return nil, bad("missing", "there is no text", "text", "", "a string")
	}
	budget := defaultBudget
	if in.Budget != nil {
		budget = *in.Budget
	}
	if !(budget >= 0 && budget <= 1) {
		return nil, bad("value", "the budget is a share", "budget", fmt.Sprint(budget), "0 to 1")
	}
	if len(in.Query) > MaxQuery {
		return nil, &problem{
			status: 413, Code: "too-large", Message: "the query is too long", Arg: "query",
			Got: fmt.Sprintf("%d bytes", len(in.Query)), Want: fmt.Sprintf("at most %d", MaxQuery),
		}
	}
	if err := a.fewSentences(w, *in.Text); err != nil {
		return nil, err
	}
	doc, err := a.focus.Open(w, *in.Text, w.reading("text"))
	if err != nil {
		return nil, w.because(err)
	}
	result, err := doc.Focus(w, focus.Query{Text: in.Query, Budget: budget})
	if err != nil {
		return nil, err
	}
	return found(doc, result), nil
}

// fewSentences refuses a text of too many sentences before any is read.
func (a *API) fewSentences(w *work, text string) error {
	spans, err := a.model.Split(w, text)
	if err != nil || len(spans) <= MaxSentences {
		return err
	}
	return &problem{
		status: 413, Code: "too-many", Message: "these are too many sentences", Arg: "text",
		Got: fmt.Sprint(len(spans)), Want: fmt.Sprintf("at most %d", MaxSentences),
	}
}

// A finding is the answer of focus. Offsets are in bytes of the text's UTF-8.
type finding struct {
	Sentences int     `json:"sentences"` // of the text
	Tokens    int     `json:"tokens"`
	Found     []match `json:"found"` // within the budget, best first
}

type match struct {
	Sentence int     `json:"sentence"` // its place in the text, from 0
	Score    float64 `json:"score"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Text     string  `json:"text"`
}

func found(doc *focus.Document, result *focus.Result) finding {
	f := finding{Sentences: len(doc.Sentences), Tokens: doc.Tokens, Found: []match{}}
	for _, m := range result.Ranked[:result.Kept] {
		s := doc.Sentences[m.Sentence]
		// Five digits say all that a float32 of this origin means.
		score := math.Round(float64(m.Score)*1e5) / 1e5
		f.Found = append(f.Found, match{m.Sentence, score, s.Start, s.End, doc.Sentence(m.Sentence)})
	}
	return f
}
