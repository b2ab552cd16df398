package console

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// A route is one call of the API: what registers it is what documents it.
type route struct {
	method, path string // path with {names}, as OpenAPI writes it
	id, summary  string // operationId, one line
	tag          string
	params       []param
	body         *payload
	answers      []payload
	handle       func(*Console, echo.Context) error
}

// A param is a parameter of the path, the query or the header.
type param struct {
	name, in, doc string
	kind          string // JSON type; "string" when empty
}

// A payload is a body, of a request or of an answer.
type payload struct {
	status int
	doc    string
	media  string // "application/json" when empty
	schema any    // a value of the type that is sent; nil when there is no body
	// optional says that a request's body may be absent.
	optional bool
}

// echoPath is the path as echo writes it.
func (r route) echoPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.path)
}

// query lists the parameters of the query.
func (r route) query() []param {
	var out []param
	for _, p := range r.params {
		if p.in == "query" {
			out = append(out, p)
		}
	}
	return out
}

func (r route) queryNames() string {
	var names []string
	for _, p := range r.query() {
		names = append(names, p.name)
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

// routes is the whole API.
func routes() []route {
	var all []route
	for _, group := range [][]route{worldRoutes(), journalRoutes(), faultRoutes(), runRoutes(), certRoutes()} {
		all = append(all, group...)
	}
	return append(all, route{
		method: "GET", path: "/api/openapi.json", id: "getOpenAPI", tag: "api",
		summary: "This API as an OpenAPI 3.1 document",
		answers: []payload{{status: 200, doc: "the document", schema: map[string]any{}}},
		handle:  (*Console).getOpenAPI,
	})
}

func inPath(name, doc string) param  { return param{name: name, in: "path", doc: doc} }
func inQuery(name, doc string) param { return param{name: name, in: "query", doc: doc} }

func jsonBody(schema any, doc string) *payload { return &payload{doc: doc, schema: schema} }

func ok(schema any, doc string) []payload { return []payload{{status: 200, doc: doc, schema: schema}} }

func created(schema any, doc string) []payload {
	return []payload{{status: 201, doc: doc, schema: schema}}
}

func done(doc string) []payload { return []payload{{status: 204, doc: doc}} }

func file(media, doc string) []payload {
	return []payload{{status: 200, doc: doc, media: media, schema: ""}}
}
