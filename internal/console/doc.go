// Package console is the control listener's content: the control API under /api,
// the web console under /console, and the probes /readyz and /healthz.
//
// The API's routes are one table (see routes.go): it registers the handlers, it
// refuses query parameters that it does not name, and it writes docs/openapi.json,
// which a test holds against both.
//
//	endpoints, public-url, services       where everything answers, what it covers
//	journal, journal/{seq}, …/stream      exchanges: list, wait, SSE, NDJSON, HAR, curl
//	reset, snapshot, clock                the simulated world's state and time
//	faults, actions/{service}/{verb}      what goes wrong, what people do
//	scenarios, runs                       from a file to a verdict and its evidence
//	certs, counters, openapi.json         what a client needs to be set up and watched
//
// The pages are html/template with hand-written CSS and a little JavaScript; every
// one of them works by keyboard, and all but the live journal without JavaScript.
// They are in French, with an English switch kept in a cookie. The services' own
// panels (sim.PanelService) are mounted at /console/<service>/<name>.
//
// Who gets in. Without a token the listener is meant for loopback: only the Host
// names localhost, 127.0.0.0/8 and [::1] are answered, so that a foreign page that
// rebinds its own name to 127.0.0.1 gets nothing. With a token every page and every
// API call wants it, as `Authorization: Bearer` or as the cookie that `/?token=`
// leaves. Requests that change something are refused when a browser says that they
// come from another site, and the console's forms carry a token of their own. The
// probes are open to everybody.
//
// Limits: JSON bodies are at most 1 MiB, a snapshot 256 MiB; a wait lasts at most
// five minutes of real time, whatever the simulated clock does. A text or an
// expression that nothing matches reads the whole journal: about half a second and
// two and a half, for 100,000 entries on two cores.
//
// State: the counters, and a random secret for the forms. Everything else is read
// from the World, the Engine and the PKI at each request. One goroutine follows the
// journal for the counters until Close.
package console
