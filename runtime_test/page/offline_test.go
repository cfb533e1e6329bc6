package page

import (
	"net"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
)

// phone makes a page that of a phone: its size, its pixels, its touch screen.
var phone = chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(3), chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch)

// openPhone opens a phone's browser in which pages can be installed, which those in private windows cannot.
func openPhone(t *testing.T) (v *visit, stop func()) {
	t.Helper()
	v = &visit{T: t, watch: &watch{}}
	v.origin, stop = serve(t)
	v.Page = start(t, browser.Options{Events: v.watch.event})
	t.Cleanup(v.Page.Close)
	v.must(phone)
	return v, stop
}

// arrive loads the demo and waits until it has read its article.
func (v *visit) arrive() {
	v.Helper()
	v.must(chromedp.Navigate(v.origin + "/"))
	if state := v.settle("d.state === 'ready'"); state != "ready" {
		v.Fatalf("state %s: %s", state, v.problem())
	}
}

// TestOffline visits the demo once with a phone, ends the server, loads the page again and uses it by touch.
func TestOffline(t *testing.T) {
	v, stop := openPhone(t)
	v.arrive()
	v.settle("d.offline === 'kept'")
	answer, err := browser.Call(v.Page, page.GetInstallabilityErrors, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reasons not to install the page", len(answer.InstallabilityErrors))
	for _, e := range answer.InstallabilityErrors {
		t.Errorf("cannot be installed: %s %v", e.ErrorID, e.ErrorArguments)
	}
	stop()
	if c, err := net.Dial("tcp", strings.TrimPrefix(v.origin, "http://")); err == nil {
		c.Close()
		t.Fatal("the server still listens")
	}
	v.arrive()
	if !get[bool](v, `crossOriginIsolated`) {
		t.Error("without the server the page is not cross-origin isolated")
	}
	v.tap(".examples li:nth-child(2) button")
	v.settle("d.state === 'ready' && location.hash.includes('colours')")
	marked := highlighted(v)
	t.Logf("without the server: %s\nmarked: %s", get[string](v, `document.querySelector('#status').textContent + [...document.querySelectorAll('#facts dt')].map((dt) => ', ' + dt.textContent + ' ' + dt.nextElementSibling.textContent).join('')`), marked)
	if !strings.Contains(marked, "Colour") {
		t.Errorf("marked is %q, want sentences about colours", marked)
	}
	v.shoot("page-offline")
	v.tap("#ranked button")
	get[bool](v, `new Promise((done) => document.addEventListener('scrollend', () => done(true), { once: true }))`)
	v.shoot("page-offline-text")
}

// tap touches the middle of an element.
func (v *visit) tap(selector string) {
	v.Helper()
	at := get[[]float64](v, `(() => {
		const e = document.querySelector('`+selector+`');
		e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`)
	for _, touch := range []input.DispatchTouchEventParams{
		{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}},
		{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}},
	} {
		if _, err := browser.Call(v.Page, input.DispatchTouchEvent, touch); err != nil {
			v.Fatal(err)
		}
	}
}

// TestNoRoom leaves too little room to keep the page. It says so, and works.
func TestNoRoom(t *testing.T) {
	v, _ := openPhone(t)
	room := 1e6
	if _, err := browser.Call(v.Page, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: v.origin, QuotaSize: &room}); err != nil {
		t.Fatal(err)
	}
	v.arrive()
	v.settle("d.offline")
	said := get[string](v, `document.querySelector('#notice').innerText`)
	t.Log(said)
	if !strings.Contains(said, "works as long as its server does") || !strings.Contains(said, "no room") {
		t.Errorf("the page says %q", said)
	}
	v.shoot("page-no-room")
	if found := v.ask("fire"); len(found) == 0 {
		t.Error("nothing is found")
	}
}
