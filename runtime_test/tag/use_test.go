package tag

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

// use opens the page in Chromium, after a script of its own if it is given one.
func use(t *testing.T, page, before string) browser.Chromium {
	t.Helper()
	s := serve(t, article(t, `<script src="/before.js"></script>`+page))
	s.mux.HandleFunc("/before.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write([]byte(before))
	})
	tab := start(t, openChromium).(browser.Chromium)
	visit(t, tab, s)
	return tab
}

// ready waits for an answer and returns what is highlighted.
func ready(t *testing.T, tab browser.Tab) string {
	t.Helper()
	if state := eval(t, tab, `return settle('ready')`); state != "ready" {
		t.Fatalf("state %s: %s", state, problem(t, tab))
	}
	return eval(t, tab, `return highlighted()`)
}

// TestGist gives no query: sentences nearest to the whole are marked, as many as the budget has room for.
func TestGist(t *testing.T) {
	tab := use(t, asking, "")
	little := ready(t, tab)
	if little == "" {
		t.Error("no gist")
	}
	if status := eval(t, tab, `return (await part('[role=status]')).textContent`); !strings.Contains(status, "nearest to what the whole is about") {
		t.Errorf("the status is %q", status)
	}
	eval(t, tab, `(await control()).setAttribute('budget', '50'); return ''`)
	if much := ready(t, tab); !(len(much) > 2*len(little)) {
		t.Errorf("a budget of 50%% marks %d characters, 10%% %d", len(much), len(little))
	}
}

// TestChanges changes the text under the highlights, with CSS highlights and with boxes.
func TestChanges(t *testing.T) {
	for name, before := range map[string]string{"highlights": "", "boxes": "delete globalThis.Highlight;"} {
		t.Run(name, func(t *testing.T) {
			tab := use(t, `<script src="/fovea/fovea.js" data-focus="article" data-query="a cat that sleeps on a warm stove"></script>`, before)
			ready(t, tab)
			if boxes := eval(t, tab, `return String(document.querySelector('fovea-marks') !== null)`); boxes != map[bool]string{true: "true", false: "false"}[name == "boxes"] {
				t.Errorf("there are boxes: %s", boxes)
			}
			eval(t, tab, `
				const p = document.createElement('p');
				p.textContent = 'The cat slept on the warm stove.';
				document.querySelector('article').append(p);
				await settle('loading');
				return ''`)
			if marked := ready(t, tab); !strings.Contains(marked, "The cat slept on the warm stove.") {
				t.Errorf("marked is %q, without what came", marked)
			}
			eval(t, tab, `
				const other = document.createElement('article');
				other.innerText = 'It rains. A kitten lies on the stove and sleeps.';
				document.querySelector('article').replaceWith(other);
				await settle('loading');
				return ''`)
			if marked := ready(t, tab); marked != "A kitten lies on the stove and sleeps." {
				t.Errorf("marked is %q in another article", marked)
			}
			eval(t, tab, `document.querySelector('fovea-focus').remove(); return ''`)
			if left := eval(t, tab, `return (await highlighted()) + document.adoptedStyleSheets.length`); left != "0" {
				t.Errorf("without the element %q is left", left)
			}
			if text := eval(t, tab, `return document.querySelector('article').innerHTML`); text != "It rains. A kitten lies on the stove and sleeps." {
				t.Errorf("the article has become %q", text)
			}
		})
	}
}

// TestKeyboard asks, walks and leaves without a pointer, and looks at what a screen reader is told.
func TestKeyboard(t *testing.T) {
	tab := use(t, snippet(t), "")
	eval(t, tab, `await settle('idle'); (await part('#query')).focus(); return ''`)
	keys := func(text string) {
		t.Helper()
		if err := tab.Do(chromedp.KeyEvent(text)); err != nil {
			t.Fatal(err)
		}
	}
	keys("bubbles" + kb.Enter)
	ready(t, tab)
	keys(kb.Enter)
	current := `return (await part('[aria-current="true"]'))?.textContent ?? ''`
	if said := eval(t, tab, current); !strings.Contains(said, "Bubble") {
		t.Errorf("Enter goes to %q", said)
	}
	for selector, want := range map[string]string{"form": "Focus on what matters", "#query": "What are you looking for?", "#budget": "Keep", ".steps button": "Sentence before"} {
		tree := eval(t, tab, `const e = await part('`+selector+`'); return e.getAttribute('aria-label') ?? e.labels[0].textContent`)
		if tree != want {
			t.Errorf("%s is named %q, want %q", selector, tree, want)
		}
	}
	keys(kb.Escape)
	if state := eval(t, tab, `return settle('idle')`); state != "idle" {
		t.Errorf("state %s after Escape", state)
	}
	if left := eval(t, tab, `return highlighted()`); left != "" {
		t.Errorf("%q is still marked after Escape", left)
	}
}

// TestAttributes moves the element, and sets its attributes while it is in the page.
func TestAttributes(t *testing.T) {
	tab := use(t, asking, "")
	gist := ready(t, tab)
	eval(t, tab, `(await control()).setAttribute('query', 'soap bubbles'); return ''`)
	bubbles := ready(t, tab)
	if bubbles == gist || !strings.Contains(bubbles, "Bubbles") {
		t.Errorf("marked is %q for another query, the gist was %q", bubbles, gist)
	}
	eval(t, tab, `document.querySelector('article').after(await control()); return ''`)
	if moved := ready(t, tab); moved != bubbles {
		t.Errorf("marked is %q after the element has moved, before %q", moved, bubbles)
	}
	eval(t, tab, `
		const element = await control();
		element.stop();
		element.setAttribute('budget', '50');
		return ''`)
	if state := eval(t, tab, `return settle('idle', 'loading')`); state != "idle" {
		t.Errorf("state %s after stop and another budget", state)
	}
	eval(t, tab, `document.querySelector('article').remove(); await type('fire'); return ''`)
	isRefused(t, tab, "Nothing in this page matches “article”")
}

// TestLateArticle adds the article when the page has long been there, as scripts that build pages do.
func TestLateArticle(t *testing.T) {
	tab := use(t, strings.Replace(asking, `"article"`, `"#late"`, 1), "")
	isRefused(t, tab, "Nothing in this page matches “#late”")
	eval(t, tab, `
		const late = document.createElement('main');
		late.id = 'late';
		late.innerText = 'It rains.';
		document.body.append(late);
		await settle('loading');
		return ''`)
	if marked := ready(t, tab); marked != "It rains." {
		t.Errorf("marked is %q", marked)
	}
	if next := eval(t, tab, `return (await control()).nextElementSibling.id`); next != "late" {
		t.Errorf("the control stands before %q", next)
	}
}

// TestTwoElements focuses on two parts of a page for different questions.
func TestTwoElements(t *testing.T) {
	tab := use(t, `<section>A dog barks at the moon. The bread is in the oven.</section>
		<fovea-focus for="section" query="baking"></fovea-focus>`+strings.Replace(asking, `query=""`, `query="soap bubbles"`, 1), "")
	marked := eval(t, tab, `
		await until(() => document.querySelectorAll('fovea-focus[state=ready]').length === 2);
		return highlighted()`)
	for _, want := range []string{"The Colours of Bubbles", "The bread is in the oven."} {
		if !strings.Contains(marked, want) {
			t.Errorf("%q is not in what is marked: %q", want, marked)
		}
	}
	if strings.Contains(marked, "A dog") {
		t.Errorf("too much is marked: %q", marked)
	}
}

// TestLooks saves pictures for people to look at, and asks that a phone needs no sideways scrolling.
func TestLooks(t *testing.T) {
	tab := use(t, `<meta name="viewport" content="width=device-width, initial-scale=1">`+strings.Replace(asking, `query=""`, `query="soap bubbles" data-budget="30"`, 1),
		`document.documentElement.style = 'color-scheme: light dark; font: 18px/1.6 serif; max-width: 44rem; padding: 0 1rem; margin: auto'`)
	ready(t, tab)
	eval(t, tab, `(await part('[aria-label="Next sentence"]')).click(); return ''`)
	shoot(t, tab, "tag-light")
	dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := browser.Call(tab.Page, emulation.SetEmulatedMedia, dark); err != nil {
		t.Fatal(err)
	}
	shoot(t, tab, "tag-dark")
	phone := chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch)
	if err := tab.Do(phone); err != nil {
		t.Fatal(err)
	}
	shoot(t, tab, "tag-phone")
	if wide := eval(t, tab, `return String(document.documentElement.scrollWidth > innerWidth)`); wide != "false" {
		t.Error("the page has to be scrolled sideways")
	}
}

func shoot(t *testing.T, tab browser.Chromium, name string) {
	t.Helper()
	png, err := browser.Get(tab.Page, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(engine.Root(), ".build", name+".png"), png, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}
