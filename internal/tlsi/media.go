package tlsi

import (
	"mime"
	"net/http"
	"strings"

	"github.com/segursim/segursim/internal/soap"
)

// media reads the content type: SOAP 1.2 goes as application/soap+xml, with the
// action as a parameter (RFC 3902 §2). ok tells whether it is that type.
func media(h http.Header) (action string, ok bool) {
	v := h.Get("Content-Type")
	typ, params, err := mime.ParseMediaType(v)
	if err == nil {
		return params["action"], typ == soap.MediaType
	}
	// Clients write the action without quotes, which its colons would need.
	typ, rest, _ := strings.Cut(v, ";")
	for p := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "action") {
			action = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return action, strings.EqualFold(strings.TrimSpace(typ), soap.MediaType)
}

// accept refuses a request that cannot hold a SOAP 1.2 message.
func (d *Door) accept(r *http.Request) (action string, refusal *Fault) {
	action, ok := media(r.Header)
	f := d.option("media_type")
	f.HTTP = http.StatusUnsupportedMediaType
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return "", f.Because(cause("media-type", "Le corps est compressé ("+limit(enc)+") ; il est attendu tel quel.", "The body is compressed ("+limit(enc)+"); it is expected as it is.", "RFC 9110 §8.4"))
	}
	if ok || d.config.MediaType == tolerate {
		return action, nil
	}
	got := limit(r.Header.Get("Content-Type"))
	if strings.HasPrefix(got, "text/xml") {
		return "", f.Because(cause("media-type", "Content-Type « "+got+" » est celui de SOAP 1.1 ; attendu application/soap+xml.", "Content-Type “"+got+"” is that of SOAP 1.1; want application/soap+xml.", "RFC 3902"))
	}
	return "", f.Because(cause("media-type", "Content-Type « "+got+" » ; attendu application/soap+xml.", "Content-Type “"+got+"”; want application/soap+xml.", "RFC 3902"))
}
