package auth

import (
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// Refused is the challenge of a refused XOAUTH2, byte for byte: seen on the
// training platform of MSSanté.
const Refused = `{"status":"401","schemes":"bearer","scope":"mail"}`

// RefusedBearer is that of OAUTHBEARER (RFC 7628 §3.2.2).
const RefusedBearer = `{"status":"invalid_token","schemes":"bearer","scope":"mail"}`

// separator ends a pair: kvsep of RFC 7628 §3.1, the same in XOAUTH2.
const separator = "\x01"

// maxPairs bounds the key-value pairs of a response.
const maxPairs = 16

// xoauth2 reads "user=" BAL ^A "auth=Bearer " token ^A ^A.
type xoauth2 struct{ bearer }

func (xoauth2) challenge() string { return Refused }

func (xoauth2) read(response []byte) (credentials, *sim.Error) {
	pairs, refusal := pairsOf(string(response), "XOAUTH2")
	if refusal != nil {
		return credentials{}, refusal
	}
	cred := credentials{user: pairs["user"]}
	if cred.user == "" {
		return cred, malformed("sasl.xoauth2", "La réponse XOAUTH2 ne nomme pas la BAL (user=).", "The XOAUTH2 response does not name the BAL (user=).")
	}
	if refusal := named(cred.user); refusal != nil {
		return credentials{}, refusal
	}
	cred.token, refusal = tokenOf(pairs, "XOAUTH2")
	return cred, refusal
}

// oauthBearer reads a GS2 header, then pairs (RFC 7628 §3.1, RFC 5801 §4):
// "n,a=" BAL "," ^A "auth=Bearer " token ^A ^A.
type oauthBearer struct{ bearer }

func (oauthBearer) challenge() string { return RefusedBearer }

func (oauthBearer) read(response []byte) (credentials, *sim.Error) {
	head, rest, ok := strings.Cut(string(response), separator)
	bad := func(fr, en string) (credentials, *sim.Error) {
		return credentials{}, malformed("sasl.oauthbearer", fr, en)
	}
	if !ok {
		return bad("La réponse OAUTHBEARER n'a pas de séparateur ^A après l'en-tête GS2.", "The OAUTHBEARER response has no ^A after the GS2 header.")
	}
	parts := strings.Split(head, ",")
	// "n": no channel binding; "y": the client could do it. "p=" asks for one.
	if len(parts) != 3 || parts[0] != "n" && parts[0] != "y" || parts[2] != "" {
		return bad("L'en-tête GS2 de la réponse OAUTHBEARER n'est pas de la forme « n,a=BAL, ».", "The GS2 header of the OAUTHBEARER response is not of the form “n,a=BAL,”.")
	}
	user, ok := strings.CutPrefix(parts[1], "a=")
	if !ok || user == "" {
		return bad("L'en-tête GS2 de la réponse OAUTHBEARER ne nomme pas la BAL (a=).", "The GS2 header of the OAUTHBEARER response does not name the BAL (a=).")
	}
	user, ok = saslName(user)
	if !ok {
		return bad("Le nom de la BAL (a=) contient un « = » qui n'est ni « =2C » ni « =3D ».", "The name of the BAL (a=) holds a “=” that is neither “=2C” nor “=3D”.")
	}
	if refusal := named(user); refusal != nil {
		return credentials{}, refusal
	}
	cred := credentials{user: user}
	pairs, refusal := pairsOf(rest, "OAUTHBEARER")
	if refusal != nil {
		return cred, refusal
	}
	cred.token, refusal = tokenOf(pairs, "OAUTHBEARER")
	return cred, refusal
}

// saslName undoes the escapes of a saslname (RFC 5801 §4).
func saslName(s string) (string, bool) {
	out := strings.NewReplacer("=2C", ",", "=3D", "=").Replace(s)
	return out, strings.Count(s, "=") == strings.Count(s, "=2C")+strings.Count(s, "=3D")
}

// pairsOf reads key=value pairs, each ended by ^A, and the ^A that ends them all.
func pairsOf(s, mech string) (map[string]string, *sim.Error) {
	rule := "sasl." + strings.ToLower(mech)
	if s == "" {
		return nil, malformed(rule, "La réponse "+mech+" est vide.", "The "+mech+" response is empty.")
	}
	body, ok := strings.CutSuffix(s, separator+separator)
	if !ok {
		return nil, malformed(rule, "La réponse "+mech+" ne finit pas par deux octets ^A (0x01).", "The "+mech+" response does not end in two ^A bytes (0x01).")
	}
	out := map[string]string{}
	for pair := range strings.SplitSeq(body, separator) {
		key, value, ok := strings.Cut(pair, "=")
		key = strings.ToLower(key)
		_, twice := out[key]
		if !ok || key == "" || twice || len(out) >= maxPairs {
			return nil, malformed(rule, "La réponse "+mech+" n'est pas une suite de paires clé=valeur, chacune une seule fois, séparées par ^A.",
				"The "+mech+" response is not a list of key=value pairs, each once, separated by ^A.")
		}
		out[key] = value
	}
	return out, nil
}

// tokenOf reads the token of the pair "auth" (RFC 6750 §2.1: its alphabet).
func tokenOf(pairs map[string]string, mech string) (string, *sim.Error) {
	rule := "sasl." + strings.ToLower(mech)
	scheme, token, ok := strings.Cut(pairs["auth"], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", malformed(rule, "La réponse "+mech+" n'a pas de paire « auth=Bearer <jeton> ».", "The "+mech+" response has no pair “auth=Bearer <token>”.")
	}
	token = strings.TrimSpace(token)
	if len(token) > MaxToken {
		return "", malformed(rule, "Le jeton dépasse 12 288 octets.", "The token is longer than 12,288 bytes.")
	}
	if token == "" || strings.ContainsFunc(token, notToken) {
		return "", malformed(rule, "Le jeton est vide, ou contient des caractères qu'un jeton n'a pas.", "The token is empty, or holds characters that a token does not have.")
	}
	return token, nil
}

// notToken tells whether a character is outside b64token (RFC 6750 §2.1).
func notToken(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-._~+/=", r)
}
