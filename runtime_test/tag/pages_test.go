package tag

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// A page with tabs, of which a class shows one, and a box that scrolls.
const tabs = `<!doctype html><html lang=en><title>Tabs</title><link rel=stylesheet href=/page.css>
<div id=here><article>
<section id=first><p>It rains in London today. The bread is in the oven.</p></section>
<section id=second class=off><p>The volcano has covered the village with ash. Lava runs into the sea.</p></section>
<details><summary>More</summary><p>A submarine dives under the ice.</p></details>
<div class=box><div class=room></div><p>The orchestra plays a symphony.</p><div class=room></div></div>
<iframe srcdoc="<p>A frame</p>"></iframe>
</article></div><div id=there></div>
<fovea-focus budget="50"></fovea-focus><script src="/fovea/fovea.js"></script>`

// again waits until what has changed is answered.
const again = `await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); `

// pagesIn opens the page in every browser.
func pagesIn(t *testing.T, body func(t *testing.T, tab browser.Tab)) {
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			tab := start(t, b.open)
			s := serve(t, tabs)
			s.mux.HandleFunc("/page.css", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/css")
				fmt.Fprint(w, ".off { display: none } .box { height: 8em; overflow: auto } .room { height: 60em }")
			})
			visit(t, tab, s)
			eval(t, tab, `await type('an eruption with lava and ash'); return ''`)
			body(t, tab)
		})
	}
}

// asked asks a query and returns what is highlighted.
func asked(t *testing.T, tab browser.Tab, query string) string {
	t.Helper()
	eval(t, tab, `await type(`+"`"+query+"`"+`); await settle('loading'); return ''`)
	return ready(t, tab)
}

// TestShownByClass shows and hides text by a class only: what is shown is found, what is hidden is not.
func TestShownByClass(t *testing.T) {
	pagesIn(t, func(t *testing.T, tab browser.Tab) {
		if marked := ready(t, tab); strings.Contains(marked, "volcano") {
			t.Errorf("%q is marked, which is hidden", marked)
		}
		eval(t, tab, `document.getElementById('second').className = ''; return ''`)
		if marked := asked(t, tab, "eruption, lava, ash"); !strings.Contains(marked, "The volcano has covered the village with ash.") {
			t.Errorf("%q is marked, without what is shown now", marked)
		}
		eval(t, tab, `document.getElementById('second').className = 'off'; return ''`)
		if marked := asked(t, tab, "an eruption with lava and ash"); strings.Contains(marked, "volcano") {
			t.Errorf("%q is marked, which is hidden again", marked)
		}
		if list := eval(t, tab, `return (await part('ol')).textContent`); strings.Contains(list, "volcano") {
			t.Errorf("the list has %q, which is hidden again", list)
		}
		if status := eval(t, tab, `return (await part('[role=status]')).textContent`); !strings.Contains(status, "A frame in it is not read.") {
			t.Errorf("the status is %q, without the frame", status)
		}
	})
}

// TestPointing points at what stands in something closed, and in something that scrolls.
func TestPointing(t *testing.T) {
	pagesIn(t, func(t *testing.T, tab browser.Tab) {
		ready(t, tab)
		for query, c := range map[string]struct{ words, selector string }{
			"a boat below the water, submarine":    {"A submarine dives under the ice.", "details p"},
			"music by an orchestra and a symphony": {"The orchestra plays a symphony.", ".box p"},
		} {
			eval(t, tab, `scrollTo(0, 0); document.querySelector('.box').scrollTop = 0; return ''`)
			asked(t, tab, query)
			got := eval(t, tab, `
				const button = [...(await part('ol')).querySelectorAll('button')].find((b) => b.textContent.includes('`+c.words+`'));
				if (!button) return 'not listed: ' + (await part('ol')).textContent;
				button.click();
				const p = document.querySelector('`+c.selector+`');
				const box = p.closest('.box')?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
				return until(() => {
					const { top, bottom, height } = p.getBoundingClientRect();
					return height > 0 && top >= Math.max(box.top, 0) - 1 && bottom <= Math.min(box.bottom, innerHeight) + 1 && 'in view';
				})`)
			if got != "in view" {
				t.Errorf("%s: %s", c.words, got)
			}
		}
	})
}

// TestMoved moves the article, its text and the control. The highlights go with them.
func TestMoved(t *testing.T) {
	pagesIn(t, func(t *testing.T, tab browser.Tab) {
		ready(t, tab)
		before := asked(t, tab, "bread in the oven")
		if !strings.Contains(before, "The bread is in the oven.") {
			t.Fatalf("%q is marked", before)
		}
		for what, move := range map[string]string{
			"the article":         `there.append(document.querySelector('article'))`,
			"what it stands in":   `document.body.prepend(here); here.append(document.querySelector('article')); document.body.append(here)`,
			"a part of it":        `document.querySelector('article').append(first)`,
			"the control":         `document.body.prepend(await control())`,
			"the article and out": `const a = document.querySelector('article'); a.remove(); await new Promise((done) => setTimeout(done)); there.append(a)`,
			"a clone":             `const a = document.querySelector('article'); a.replaceWith(a.cloneNode(true))`,
		} {
			eval(t, tab, `const { here, there, first } = globalThis; `+move+`; `+again+`return ''`)
			if marked := ready(t, tab); !strings.Contains(marked, "The bread is in the oven.") {
				t.Errorf("%s is moved: %q is marked", what, marked)
			}
			if query := eval(t, tab, `return (await part('#query')).value`); query != "bread in the oven" {
				t.Errorf("%s is moved: the query is %q", what, query)
			}
		}
	})
}
