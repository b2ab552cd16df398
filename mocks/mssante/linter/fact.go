package linter

import (
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// FactTypes are the facts that Facts may give, by dotted path.
func FactTypes() map[string]sim.FactType {
	return map[string]sim.FactType{
		"message.id": sim.String, "message.subject": sim.String, "message.from": sim.String, "message.label": sim.String,
		"message.to": sim.Strings, "message.reply_to": sim.String, "message.in_reply_to": sim.String, "message.references": sim.Strings,
		"message.nil": sim.String, "message.ins": sim.String, "message.codecda": sim.String, "message.mes": sim.String,
		"message.mdn_asked": sim.Bool, "message.kind": sim.String, "message.original": sim.String, "message.disposition": sim.String,
		"message.auto_submitted": sim.String, "message.attachments": sim.Strings, "message.size": sim.Int,
		"xdm.present": sim.Bool, "xdm.refused": sim.String, "xdm.documents": sim.Int, "xdm.patient": sim.String,
		"xdm.types": sim.Strings, "xdm.unique_ids": sim.Strings, "xdm.replaces": sim.Strings, "xdm.deletes": sim.Bool,
		"cda.codes": sim.Strings, "cda.ids": sim.Strings, "cda.levels": sim.Strings, "cda.versions": sim.Strings,
		"cda.replaces": sim.Strings, "cda.ins": sim.Bool,
		"pdf.count":   sim.Int,
		"lint.errors": sim.Int, "lint.warnings": sim.Int, "lint.informations": sim.Int, "lint.rules": sim.Strings, "lint.findings": sim.Any,
	}
}

// Facts are what the journal keeps of the message, for scenarios: see FactTypes.
func (r *Report) Facts() map[string]any {
	facts := map[string]any{
		"lint": map[string]any{
			"errors": r.Count(Error), "warnings": r.Count(Warning), "informations": r.Count(Information),
			"rules": r.Broken(), "findings": r.findings(),
		},
		"xdm": r.archiveFacts(),
		"cda": r.documentFacts(),
		"pdf": map[string]any{"count": r.PDFs},
	}
	if r.Message != nil {
		facts["message"] = r.messageFacts()
	}
	return facts
}

func (r *Report) findings() []any {
	out := make([]any, len(r.Findings))
	for i, f := range r.Findings {
		out[i] = map[string]any{
			"level": string(f.Level), "rule": f.Rule, "refs": strings.Join(f.Refs, ", "), "fr": f.Text.FR, "en": f.Text.EN,
			"part": f.Part, "offset": f.Offset, "excerpt": strings.ToValidUTF8(f.Excerpt, "\uFFFD"), "provenance": f.Provenance,
		}
	}
	return out
}

func (r *Report) messageFacts() map[string]any {
	h := r.Message.Header
	out := map[string]any{
		"id": one(h.IDs("Message-ID")), "subject": h.Get("Subject"), "reply_to": h.Get("Reply-To"),
		"in_reply_to": one(h.IDs("In-Reply-To")), "references": some(h.IDs("References")),
		"nil": h.Get("X-MSS-NIL"), "ins": h.Get("X-MSS-INS"), "codecda": h.Get("X-MSS-CODECDA"), "mes": h.Get("X-MSS-MES"),
		"mdn_asked": h.Has("Disposition-Notification-To"), "auto_submitted": h.Get("Auto-Submitted"), "size": len(r.Message.Raw),
		"kind": "message", "original": "", "disposition": "",
	}
	if from, err := h.Addresses("From"); err == nil && len(from) > 0 {
		out["from"], out["label"] = from[0].Address, from[0].Name
	}
	to := []string{}
	for _, name := range []string{"To", "Cc"} {
		list, err := h.Addresses(name)
		if err != nil {
			continue
		}
		for _, a := range list {
			to = append(to, a.Address)
		}
	}
	out["to"] = to
	names := []string{}
	for _, p := range r.Message.Attachments() {
		names = append(names, p.Filename)
	}
	out["attachments"] = names
	if d, ok := r.Message.Disposition(); ok {
		out["kind"], out["original"] = "mdn", d.OriginalMessageID
		out["disposition"] = strings.TrimSuffix(d.Type+"/"+d.Modifier, "/")
	} else if _, ok := r.Message.Delivery(); ok {
		out["kind"] = "dsn"
	}
	return out
}

func (r *Report) archiveFacts() map[string]any {
	out := map[string]any{"present": r.HasArchive, "documents": 0, "patient": r.Patient}
	for _, f := range r.Findings {
		if f.Rule == archiveRefused.Name {
			out["refused"] = f.Excerpt
		}
	}
	if r.Archive == nil {
		return out
	}
	types, ids, replaces, deletes, n := []string{}, []string{}, []string{}, false, 0
	for _, s := range r.Archive.Subsets {
		n += len(s.Documents)
		if s.Metadata == nil {
			continue
		}
		for _, e := range s.Metadata.Entries {
			types, ids = append(types, e.Type.Code), append(ids, e.UniqueID)
			deletes = deletes || strings.HasSuffix(e.Availability, ":Deleted")
		}
		for _, a := range s.Metadata.Associations {
			if strings.HasSuffix(a.Type, ":RPLC") {
				replaces = append(replaces, a.Target)
			}
		}
	}
	out["documents"], out["types"], out["unique_ids"], out["replaces"], out["deletes"] = n, types, ids, replaces, deletes
	return out
}

func (r *Report) documentFacts() map[string]any {
	codes, ids, levels, versions, replaces, ins := []string{}, []string{}, []string{}, []string{}, []string{}, false
	for _, d := range r.CDA {
		codes, ids = append(codes, d.Code.Code), append(ids, d.ID.Root)
		levels, versions = append(levels, decimal(d.Level)), append(versions, decimal(d.Version))
		if d.Replaces.Root != "" {
			replaces = append(replaces, d.Replaces.Root)
		}
		if _, ok := insOf(d); ok {
			ins = true
		}
	}
	return map[string]any{"codes": codes, "ids": ids, "levels": levels, "versions": versions, "replaces": replaces, "ins": ins}
}

func one(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
