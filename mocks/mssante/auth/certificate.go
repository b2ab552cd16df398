package auth

import (
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// plain reads authzid NUL authcid NUL password (RFC 4616 §2). The name to act as,
// when there, must be the name that authenticates.
type plain struct{ certificate }

func (plain) read(response []byte) (credentials, *sim.Error) {
	parts := strings.Split(string(response), "\x00")
	if len(parts) != 3 || parts[1] == "" {
		return credentials{}, malformed("sasl.plain", "La réponse PLAIN n'est pas de la forme « [nom] NUL BAL NUL mot de passe ».", "The PLAIN response is not of the form “[name] NUL BAL NUL password”.")
	}
	if refusal := named(parts[1]); refusal != nil {
		return credentials{}, refusal
	}
	cred := credentials{user: parts[1], password: parts[2]}
	if len(cred.password) > MaxToken {
		return cred, malformed("sasl.plain", "Le mot de passe dépasse 12 288 octets.", "The password is longer than 12,288 bytes.")
	}
	if parts[0] != "" && !strings.EqualFold(parts[0], parts[1]) {
		return cred, &sim.Error{
			Kind: sim.Forbidden, Text: "Authorization identity not supported",
			Cause: cause("sasl.authzid", "Agir au nom d'une autre BAL (identité d'autorisation) n'est pas possible.", "Acting as another BAL (authorization identity) is not possible.", "RFC 4616 §2"),
		}
	}
	return cred, nil
}

// external reads the name to act as, or nothing (RFC 4422 appendix A).
type external struct{ certificate }

func (external) read(response []byte) (credentials, *sim.Error) {
	if len(response) == 0 {
		return credentials{}, nil
	}
	if refusal := named(string(response)); refusal != nil {
		return credentials{}, refusal
	}
	return credentials{user: string(response)}, nil
}
