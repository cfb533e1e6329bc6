package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestQueries types the marked queries and looks for marked sentences among the three best.
func TestQueries(t *testing.T) {
	v := open(t)
	v.shoot("page-gist")
	if found := v.found(); len(found) < 5 {
		t.Errorf("without a query %d sentences are shown, want at least 5", len(found))
	}
	answered, queries := 0, markedQueries(t)[:6]
	for i, q := range queries {
		found := v.ask(q.Query)
		if len(found) < 3 {
			t.Fatalf("%q: %d sentences shown, want at least 3", q.Query, len(found))
		}
		if q.hits(found[:3]) > 0 {
			answered++
		}
		if i == 0 {
			v.shoot("page-query")
		}
	}
	t.Logf("%d of %d queries have a marked sentence among the three best", answered, len(queries))
	if answered < len(queries)-2 {
		t.Errorf("%d of %d queries have a marked sentence among the three best", answered, len(queries))
	}
	t.Logf("the page's times: %s", get[string](v, `[...document.querySelectorAll('#facts dt')].map((dt) => dt.textContent + ' ' + dt.nextElementSibling.textContent).join(', ')`))
}

// TestHighlights asks that what is highlighted in the text is what the list shows, and that the budget rules how much that is.
func TestHighlights(t *testing.T) {
	v := open(t)
	found := v.ask("Why do soap bubbles have so many colours?")
	text := highlighted(v)
	for _, s := range found {
		if !strings.Contains(text, squeeze(s)) {
			t.Errorf("%q is in the list and not highlighted", s)
		}
	}
	little := len(text)
	v.must(chromedp.Evaluate[chromedp.Void](`{
		const budget = document.querySelector('#budget');
		budget.value = 40;
		budget.dispatchEvent(new Event('input', { bubbles: true }));
	}`))
	v.settle("d.state === 'ready' && new URLSearchParams(location.hash.slice(1)).get('b') === '40'")
	v.shoot("page-budget")
	if much := len(highlighted(v)); !(much > 2*little) {
		t.Errorf("a budget of 40%% highlights %d characters, 10%% %d; want more than twice as many", much, little)
	}
}

// highlighted returns the text that the page highlights, white space squeezed.
func highlighted(v *visit) string {
	v.Helper()
	return squeeze(get[string](v, `[...CSS.highlights].filter(([name]) => /^fovea-[123]$/.test(name))
		.flatMap(([, ranges]) => [...ranges])
		.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b))
		.map(String).join(' ')`))
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// pasted are texts that people paste by mistake or mischief, as JS expressions, and the state that the page must come to.
var pasted = []struct{ name, js, state string }{
	{"emoji", `'🙂🙂🙃 👩‍👩‍👧‍👦'`, "ready"},
	{"lone surrogates", `'\ud800 one. \udfff\udfff two\ud83d. three \udc00'`, "ready"},
	{"control characters", `'\x00\x01\x02 a \x1b[31m b. \x7f\x85 c'`, "ready"},
	{"a megabyte of one character", `'a'.repeat(1 << 20)`, "ready"},
	{"a megabyte of emoji", `'🙂'.repeat(1 << 18)`, "ready"},
	{"one word", `'word'`, "ready"},
	{"full stops", `'. . . . ....'`, "ready"},
	{"right to left", `'שלום עולם. مرحبا بالعالم! ‮gnirts‬'`, "ready"},
	{"HTML", `'<script>alert(1)<\/script> <img src=x onerror=alert(2)> & so on.'`, "ready"},
}

// TestPasted pastes them one after another. The page comes to a state that it shows in words, and never to a broken one.
func TestPasted(t *testing.T) {
	v := open(t)
	for _, p := range pasted {
		t.Run(p.name, func(t *testing.T) {
			v := *v
			v.T = t
			state := v.paste(p.js)
			if p.state != "" && state != p.state {
				t.Errorf("state %s, want %s: %s", state, p.state, v.problem())
			}
			if state == "error" && len(v.problem()) < 10 {
				t.Errorf("an error without words: %q", v.problem())
			}
			for _, complaint := range v.watch.takeComplaints() {
				t.Error("the page complained: ", complaint)
			}
			t.Logf("%s: %s", state, get[string](&v, `document.querySelector('#status').textContent`))
		})
	}
	// What shows nothing is no text: the dialog says so and stays.
	v.fill(`'  \n '`)
	for name, js := range map[string]string{"spaces": `' \n \u00a0\u2003'`, "invisible letters": `'\u200b\u2060\n\n\ufeff\u2800\u3164'`, "control characters": `'\x00\x07\x7f'`} {
		t.Run("nothing but "+name, func(t *testing.T) {
			v := *v
			v.T = t
			v.must(chromedp.Evaluate[chromedp.Void](`{
				const text = document.querySelector('#text');
				text.value = `+js+`;
				text.dispatchEvent(new Event('input', { bubbles: true }));
			}`), chromedp.Click(chromedp.CSS("#own-use")))
			if words := get[string](&v, `document.querySelector('#own-dialog[open] #own-problem').textContent`); words == "" {
				t.Error("no word about the empty text")
			}
		})
	}
}

// TestStop pastes a very long text, sees the page read it piece by piece, and stops it.
func TestStop(t *testing.T) {
	v := open(t)
	v.fill(`Array.from({ length: 9000 }, (_, i) => 'This is sentence number ' + i + ' of a very long text. ').join('')`)
	if read := get[float64](v, `new Promise((done) => {
		const bar = document.querySelector('#progress');
		new MutationObserver((_, watcher) => {
			if (!(bar.value > 0 && bar.value < bar.max)) return;
			watcher.disconnect();
			done(bar.value / bar.max);
		}).observe(bar, { attributes: true });
	})`); !(read > 0 && read < 1) {
		t.Errorf("%v of the text is read, want a part", read)
	}
	v.must(chromedp.Click(chromedp.CSS("#stop")))
	if state := v.settle("d.state === 'ready'"); state != "ready" {
		t.Errorf("state %s after stopping", state)
	}
	v.paste(`'And then a text as usual. It has two sentences.'`)
	if found := v.found(); len(found) != 1 {
		t.Errorf("found %q, want one sentence", found)
	}
}

// paste uses a text in the page and waits until the page is done with it.
func (v *visit) paste(js string) (state string) {
	v.Helper()
	run := get[string](v, `document.documentElement.dataset.run`)
	v.fill(js)
	state = v.settle(fmt.Sprintf("d.state === 'ready' && d.run !== '%s'", run))
	return state
}

// fill opens the dialog for one's own text, fills it with the value of a JS expression and presses its button.
func (v *visit) fill(js string) {
	v.Helper()
	v.must(
		chromedp.Click(chromedp.CSS("#own")),
		chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.state = 'pasting'`),
		chromedp.Evaluate[chromedp.Void](`{
			const text = document.querySelector('#text');
			text.value = `+js+`;
			text.dispatchEvent(new Event('input', { bubbles: true }));
		}`),
		chromedp.Click(chromedp.CSS("#own-use")),
	)
}

func (v *visit) problem() string {
	v.Helper()
	return get[string](v, `document.querySelector('#problem').innerText`)
}
