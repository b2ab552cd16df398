package console

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:generate go test -run TestOpenAPIFile -update

// apiVersion is the version of the API, not of the simulator: what a client
// written for it may rely on.
const apiVersion = "1.0.0"

// OpenAPI writes the API's description: OpenAPI 3.1, JSON, the same bytes for the
// same routes.
func OpenAPI() ([]byte, error) {
	s := newSchemas()
	paths := map[string]map[string]any{}
	for _, r := range routes() {
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = r.describe(s)
	}
	s.of(reflect.TypeFor[ErrorBody]())
	b, err := json.MarshalIndent(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title":   "segursim, control API (SIMULATEUR, TEST)",
			"version": apiVersion,
			"description": "What steers and watches a running segursim: a simulator, for rehearsal only. " +
				"Without a token the API answers only under the names of the loopback.",
			"license": map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers":  []any{map[string]any{"url": "http://127.0.0.1:8090"}},
		"security": []any{map[string]any{}, map[string]any{"bearer": []string{}}, map[string]any{"cookie": []string{}}},
		"paths":    paths,
		"components": map[string]any{
			"schemas": s.components,
			"securitySchemes": map[string]any{
				"bearer": map[string]any{"type": "http", "scheme": "bearer"},
				"cookie": map[string]any{"type": "apiKey", "in": "cookie", "name": cookieName},
			},
			"responses": map[string]any{"error": map[string]any{
				"description": "refused; the message says why, in French and in English",
				"content":     content("", map[string]any{"$ref": "#/components/schemas/ErrorBody"}),
			}},
		},
	}, "", "  ")
	return append(b, '\n'), err
}

// describe is the route as an OpenAPI operation.
func (r route) describe(s *schemas) map[string]any {
	op := map[string]any{
		"operationId": r.id, "summary": r.summary, "tags": []string{r.tag},
		"responses": map[string]any{"default": map[string]any{"$ref": "#/components/responses/error"}},
	}
	params := []any{}
	for _, p := range r.params {
		kind := p.kind
		if kind == "" {
			kind = "string"
		}
		params = append(params, map[string]any{
			"name": p.name, "in": p.in, "required": p.in == "path", "description": p.doc,
			"schema": map[string]any{"type": kind},
		})
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	if r.body != nil {
		op["requestBody"] = map[string]any{
			"description": r.body.doc, "content": r.body.content(s), "required": !r.body.optional,
		}
	}
	for _, a := range r.answers {
		answer := map[string]any{"description": a.doc}
		if a.schema != nil {
			answer["content"] = a.content(s)
		}
		op["responses"].(map[string]any)[strconv.Itoa(a.status)] = answer
	}
	return op
}

func (p payload) content(s *schemas) map[string]any {
	return content(p.media, s.of(reflect.TypeOf(p.schema)))
}

func content(media string, schema map[string]any) map[string]any {
	if media == "" {
		media = echo.MIMEApplicationJSON
	}
	return map[string]any{media: map[string]any{"schema": schema}}
}

func (c *Console) getOpenAPI(e echo.Context) error {
	b, err := OpenAPI()
	if err != nil {
		return err
	}
	return e.Blob(http.StatusOK, echo.MIMEApplicationJSON, b)
}
