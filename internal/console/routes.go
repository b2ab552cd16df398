package console

import (
	"github.com/segursim/segursim/internal/scenario"
)

func worldRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/endpoints", id: "getEndpoints", tag: "world",
			summary: "Where every listener and service answers",
			answers: ok(map[string]any{}, "the endpoints document"), handle: (*Console).getEndpoints,
		},
		{
			method: "PUT", path: "/api/public-url", id: "putPublicURL", tag: "world",
			summary: "Pin the base of the URLs that services emit",
			body:    jsonBody(PublicURL{}, "the base"), answers: ok(PublicURL{}, "the base in force"), handle: (*Console).putPublicURL,
		},
		{
			method: "GET", path: "/api/services", id: "listServices", tag: "world",
			summary: "The simulated services, their operations, provenance and actions",
			answers: ok(ServiceList{}, "the services"), handle: (*Console).listServices,
		},
		{
			method: "POST", path: "/api/actions/{service}/{verb}", id: "postAction", tag: "world",
			summary: "Do what a person or the outside world does",
			params:  []param{inPath("service", "name of a service"), inPath("verb", "one of the service's actions")},
			body:    &payload{schema: map[string]any{}, doc: "the action's documented fields; may be absent", optional: true},
			answers: ok(map[string]any{}, "the action's own result"), handle: (*Console).postAction,
		},
		{
			method: "POST", path: "/api/reset", id: "postReset", tag: "world",
			summary: "Go back to the baseline", answers: done("done"), handle: (*Console).postReset,
		},
		{
			method: "GET", path: "/api/snapshot", id: "getSnapshot", tag: "world",
			summary: "The whole state, clock included",
			answers: ok(map[string]any{}, "a snapshot"), handle: (*Console).getSnapshot,
		},
		{
			method: "PUT", path: "/api/snapshot", id: "putSnapshot", tag: "world",
			summary: "Put a snapshot back; refused as a whole when anything in it is wrong",
			body:    jsonBody(map[string]any{}, "a snapshot, 256 MiB at most"), answers: done("done"), handle: (*Console).putSnapshot,
		},
		{
			method: "GET", path: "/api/clock", id: "getClock", tag: "world",
			summary: "The simulated clock", answers: ok(ClockView{}, "the clock"), handle: (*Console).getClock,
		},
		{
			method: "POST", path: "/api/clock", id: "postClock", tag: "world",
			summary: "Advance, set, freeze or reset the simulated clock",
			body:    jsonBody(ClockChange{}, "exactly one field"), answers: ok(ClockView{}, "the clock afterwards"), handle: (*Console).postClock,
		},
		{
			method: "GET", path: "/api/counters", id: "getCounters", tag: "world",
			summary: "Entries counted by service, operation and outcome since the start or the last reset",
			answers: ok(Counters{}, "the counts"), handle: (*Console).getCounters,
		},
	}
}

// choose are the query parameters that choose journal entries.
func choose(more ...param) []param {
	return append(more,
		inQuery("service", "names of services, separated by commas"),
		inQuery("op", "names of operations, separated by commas"),
		inQuery("outcome", "ok, refused, fault, failed, event, separated by commas"),
		inQuery("status", "codes or classes, such as 400 or 4xx, separated by commas"),
		inQuery("transport", "https, http, tls, smtp, imap, mllp, dns, event, separated by commas"),
		inQuery("q", "text that occurs anywhere in the entry, whatever its case"),
		inQuery("where", "expr condition over the entry's facts, such as form.acr_values == \"eidas1\" && status == 200"),
	)
}

func after(doc string) param {
	return param{name: "after", in: "query", kind: "integer", doc: doc}
}

func journalRoutes() []route {
	seq := inPath("seq", "number of the entry")
	part := inQuery("part", "all (default), head or body")
	return []route{
		{
			method: "GET", path: "/api/journal", id: "listJournal", tag: "journal",
			summary: "Entries after a number, oldest first; waits for one with wait=",
			params: choose(after("only entries numbered above"),
				param{name: "limit", in: "query", kind: "integer", doc: "at most this many, 100 by default, up to 1000"},
				inQuery("wait", "how long to wait for a matching entry when there is none, in real time, such as 10s, up to 5m"),
				inQuery("bodies", "1 for whole entries instead of summaries")),
			answers: ok(JournalList{}, "a part of the journal"), handle: (*Console).listJournal,
		},
		{
			method: "DELETE", path: "/api/journal", id: "clearJournal", tag: "journal",
			summary: "Forget every entry; the numbers go on", answers: done("done"), handle: (*Console).clearJournal,
		},
		{
			method: "GET", path: "/api/journal/{seq}", id: "getEntry", tag: "journal",
			summary: "One entry, whole", params: []param{seq},
			answers: ok(EntryView{}, "the entry"), handle: (*Console).getEntry,
		},
		{
			method: "GET", path: "/api/journal/{seq}/request", id: "getRequest", tag: "journal",
			summary: "The request's raw bytes", params: []param{seq, part},
			answers: file("application/octet-stream", "head and body"), handle: (*Console).getRequest,
		},
		{
			method: "GET", path: "/api/journal/{seq}/response", id: "getResponse", tag: "journal",
			summary: "The response's raw bytes", params: []param{seq, part},
			answers: file("application/octet-stream", "head and body"), handle: (*Console).getResponse,
		},
		{
			method: "GET", path: "/api/journal/{seq}/curl", id: "getCurl", tag: "journal",
			summary: "A curl command that sends the request again", params: []param{seq},
			answers: file("text/plain", "shell text"), handle: (*Console).getCurl,
		},
		{
			method: "GET", path: "/api/journal.ndjson", id: "exportNDJSON", tag: "journal",
			summary: "Whole entries, one JSON object a line", params: choose(after("only entries numbered above")),
			answers: file("application/x-ndjson", "one EntryView a line"), handle: (*Console).exportNDJSON,
		},
		{
			method: "GET", path: "/api/journal.har", id: "exportHAR", tag: "journal",
			summary: "The HTTP exchanges as HAR 1.2", params: choose(after("only entries numbered above")),
			answers: ok(map[string]any{}, "a HAR file"), handle: (*Console).exportHAR,
		},
		{
			method: "GET", path: "/api/journal/stream", id: "streamJournal", tag: "journal",
			summary: "Entries as they come, as server-sent events: entry, dropped, restarted",
			params: choose(after("start after this number; by default with the next entry"),
				param{name: "Last-Event-ID", in: "header", doc: "number of the last entry seen"}),
			answers: file("text/event-stream", "the events"), handle: (*Console).streamJournal,
		},
	}
}

func faultRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/faults", id: "listFaults", tag: "faults",
			summary: "The faults in force, with how often they fired",
			answers: ok(FaultList{}, "the faults"), handle: (*Console).listFaults,
		},
		{
			method: "POST", path: "/api/faults", id: "postFault", tag: "faults",
			summary: "Set a fault", body: jsonBody(scenario.Fault{}, "the fault"),
			answers: created(scenario.Fault{}, "the fault, with its id"), handle: (*Console).postFault,
		},
		{
			method: "DELETE", path: "/api/faults", id: "deleteFaults", tag: "faults",
			summary: "Remove every fault", answers: done("done"), handle: (*Console).deleteFaults,
		},
		{
			method: "DELETE", path: "/api/faults/{id}", id: "deleteFault", tag: "faults",
			summary: "Remove a fault", params: []param{inPath("id", "id of a fault")},
			answers: done("done"), handle: (*Console).deleteFault,
		},
	}
}

func certRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/certs", id: "listCerts", tag: "certs",
			summary: "The certificates that can be had", answers: ok(CertList{}, "the profiles"), handle: (*Console).listCerts,
		},
		{
			method: "GET", path: "/api/certs/{file}", id: "getCert", tag: "certs",
			summary: "A certificate with its private key, or the trust bundle",
			params: []param{
				inPath("file", "{profile}.pem, {profile}.p12, {profile}.jks; the profile ca is the trust bundle"),
				inQuery("password", "of a .p12 or .jks, changeit by default"),
			},
			answers: file("application/octet-stream", "the file"), handle: (*Console).getCert,
		},
	}
}
