package console

import (
	"cmp"

	"github.com/segursim/segursim/internal/scenario"
)

func runRoutes() []route {
	id := inPath("id", "id of a scenario")
	run, step := inPath("id", "id of a run"), inPath("step", "id of a step")
	state := ok(scenario.RunState{}, "the run afterwards")
	order := &payload{doc: "see the fields; may be absent", schema: RunOrder{}, optional: true}
	return []route{
		{
			method: "GET", path: "/api/scenarios", id: "listScenarios", tag: "scenarios",
			summary: "The scenarios that are loaded", answers: ok(ScenarioList{}, "the scenarios"), handle: (*Console).listScenarios,
		},
		{
			method: "GET", path: "/api/scenarios/{id}", id: "getScenario", tag: "scenarios",
			summary: "One scenario", params: []param{id}, answers: ok(scenario.Scenario{}, "the scenario"), handle: (*Console).getScenario,
		},
		{
			method: "GET", path: "/api/scenarios/{id}/source", id: "getScenarioSource", tag: "scenarios",
			summary: "One scenario's file", params: []param{id}, answers: file("application/yaml", "the file"), handle: (*Console).getScenarioSource,
		},
		{
			method: "POST", path: "/api/scenarios/check", id: "checkScenario", tag: "scenarios",
			summary: "Check a scenario without keeping it",
			body:    &payload{media: "application/yaml", schema: "", doc: "a scenario file"},
			answers: ok(scenario.Scenario{}, "the scenario as it was read"), handle: (*Console).checkScenario,
		},
		{
			method: "GET", path: "/api/runs", id: "listRuns", tag: "runs",
			summary: "The runs, oldest first", answers: ok(RunList{}, "the runs"), handle: (*Console).listRuns,
		},
		{
			method: "POST", path: "/api/runs", id: "postRun", tag: "runs",
			summary: "Start a run of a scenario", body: jsonBody(RunStart{}, "which one and how"),
			answers: created(scenario.RunState{}, "the run"), handle: (*Console).postRun,
		},
		{
			method: "GET", path: "/api/runs/{id}", id: "getRun", tag: "runs",
			summary: "A run's state; waits for a newer one with wait= and rev=",
			params: []param{
				run, inQuery("wait", "how long to wait for a change, in real time, such as 30s, up to 5m"),
				{name: "rev", in: "query", kind: "integer", doc: "the rev that is known already"},
			},
			answers: ok(scenario.RunState{}, "the run"), handle: (*Console).getRun,
		},
		{
			method: "POST", path: "/api/runs/{id}/steps/{step}/confirm", id: "confirmStep", tag: "runs",
			summary: "Confirm a step that only a person can see", params: []param{run, step}, body: order, answers: state,
			handle: runVerb("by", func(r *scenario.Run, step string, in RunOrder) error {
				return r.Confirm(step, cmp.Or(in.By, "api"))
			}),
		},
		{
			method: "POST", path: "/api/runs/{id}/steps/{step}/skip", id: "skipStep", tag: "runs",
			summary: "Give a step up, with a reason", params: []param{run, step}, body: order, answers: state,
			handle: runVerb("reason", func(r *scenario.Run, step string, in RunOrder) error { return r.Skip(step, in.Reason) }),
		},
		{
			method: "POST", path: "/api/runs/{id}/pause", id: "pauseRun", tag: "runs",
			summary: "Stop looking", params: []param{run}, body: order, answers: state,
			handle: runVerb("", func(r *scenario.Run, _ string, _ RunOrder) error { return r.Pause() }),
		},
		{
			method: "POST", path: "/api/runs/{id}/resume", id: "resumeRun", tag: "runs",
			summary: "Look again", params: []param{run}, body: order, answers: state,
			handle: runVerb("", func(r *scenario.Run, _ string, _ RunOrder) error { return r.Resume() }),
		},
		{
			method: "POST", path: "/api/runs/{id}/restart", id: "restartRun", tag: "runs",
			summary: "Begin again at a step", params: []param{run}, body: order, answers: state,
			handle: runVerb("step", func(r *scenario.Run, _ string, in RunOrder) error { return r.Restart(in.Step) }),
		},
		{
			method: "POST", path: "/api/runs/{id}/abort", id: "abortRun", tag: "runs",
			summary: "End a run without a pass", params: []param{run}, body: order, answers: state,
			handle: runVerb("reason", func(r *scenario.Run, _ string, in RunOrder) error { return r.Abort(in.Reason) }),
		},
		{
			method: "GET", path: "/api/runs/{id}/evidence.zip", id: "getEvidence", tag: "runs",
			summary: "The run's evidence pack",
			params:  []param{run, inQuery("secrets", "1 keeps tokens and passwords whole"), inQuery("couloir", "the index's Périmètre; the scenario's couloirs by default")},
			answers: file("application/zip", "the pack"), handle: (*Console).getEvidence,
		},
		{
			method: "GET", path: "/api/runs/{id}/junit.xml", id: "getJUnit", tag: "runs",
			summary: "The run's verdicts as JUnit XML", params: []param{run},
			answers: file("application/xml", "the report"), handle: (*Console).getJUnit,
		},
	}
}
