package mssante

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
)

// maxFiles bounds the attachments of a message that an action writes.
const maxFiles = 50

// attachments reads a field that is a list of files: {"nom": "a.pdf", "type":
// "application/pdf", "contenu": base64}. English names do as well: name, content.
func attachments(in map[string]any, field string) ([]message.Attachment, *sim.Error) {
	if in[field] == nil {
		return nil, nil
	}
	bad := func(fr, en string) *sim.Error { return actionError(sim.BadRequest, "bad-attachment", fr, en) }
	items, ok := in[field].([]any)
	if !ok {
		return nil, bad(field+" est une liste", field+" is a list")
	}
	if len(items) > maxFiles {
		return nil, bad(fmt.Sprintf("plus de %d pièces jointes", maxFiles), fmt.Sprintf("more than %d attachments", maxFiles))
	}
	var out []message.Attachment
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, bad("une pièce jointe est {nom, type, contenu}", "an attachment is {nom, type, contenu}")
		}
		var nom, name, kind, contenu, content string
		if refusal := texts(m, map[string]*string{"nom": &nom, "name": &name, "type": &kind, "contenu": &contenu, "content": &content}); refusal != nil {
			return nil, refusal
		}
		if nom == "" {
			nom = name
		}
		if contenu == "" {
			contenu = content
		}
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(contenu), ""))
		if err != nil {
			return nil, bad("« "+nom+" » : le contenu n'est pas du base64 : "+err.Error(), "\""+nom+"\": the content is no base64: "+err.Error())
		}
		if nom == "" || strings.ContainsAny(nom, "/\\\r\n\x00") {
			return nil, bad("« "+nom+" » n'est pas un nom de fichier", "\""+nom+"\" is no file name")
		}
		if kind == "" {
			kind = mediaType(nom)
		}
		out = append(out, message.Attachment{Name: nom, MediaType: kind, Content: b})
	}
	return out, nil
}

// mediaType is that of a file, by its name.
func mediaType(name string) string {
	lower := strings.ToLower(name)
	for _, t := range [][2]string{{".pdf", "application/pdf"}, {".zip", "application/zip"}, {".xml", "text/xml"}, {".txt", "text/plain"}, {".png", "image/png"}, {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}} {
		if strings.HasSuffix(lower, t[0]) {
			return t[1]
		}
	}
	return "application/octet-stream"
}
