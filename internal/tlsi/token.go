package tlsi

import (
	"net/http"
	"strings"
)

// token checks a Pro Santé Connect token sent along with an unsigned assertion.
// How the real service gets it is not public; here, as a bearer token.
func (d *Door) token(r *Request, req *http.Request) *Fault {
	if d.config.Token == "ignore" {
		return nil
	}
	scheme, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		if d.config.Token == "require" {
			return d.option("token").Because(cause("token.missing", "Aucun jeton Pro Santé Connect (Authorization: Bearer).", "No Pro Santé Connect token (Authorization: Bearer).", "RFC 6750 §2.1"))
		}
		return nil
	}
	if d.world.Tokens == nil {
		r.Exchange.Note(cause("token.unchecked", "Jeton Pro Santé Connect non vérifié : aucun service ne les émet ici.", "Pro Santé Connect token not verified: no service issues them here.", ""))
		return nil
	}
	claims, err := d.world.Tokens.VerifyToken(r.Context, token)
	if err != nil {
		f := d.option("token")
		f.Err = err
		return f.Because(cause("token.refused", "Le jeton Pro Santé Connect est refusé : "+err.Error(), "The Pro Santé Connect token is refused: "+err.Error(), "RFC 6750 §3.1"))
	}
	if claims.SubjectNameID != r.Access.Person {
		return d.option("token").Because(cause("token.person",
			"Le jeton est celui de « "+limit(claims.SubjectNameID)+" », l'assertion celle de « "+limit(r.Access.Person)+" ».",
			"The token is that of “"+limit(claims.SubjectNameID)+"”, the assertion that of “"+limit(r.Access.Person)+"”.", ""))
	}
	return nil
}
