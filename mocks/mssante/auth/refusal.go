package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

func cause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "mssante." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}

// malformed refuses a response that cannot be read.
func malformed(rule, fr, en string) *sim.Error {
	ref := map[string]string{
		"sasl.xoauth2": "REM MSS/CONF.07", "sasl.oauthbearer": "RFC 7628 §3.1", "sasl.plain": "RFC 4616 §2", "sasl.name": "RFC 5321 §4.5.3.1",
	}[rule]
	return &sim.Error{Kind: sim.BadRequest, Text: "Cannot decode response", Cause: cause(rule, fr, en, ref)}
}

// named refuses a name that no address can be.
func named(s string) *sim.Error {
	switch {
	case len(s) > MaxName:
		return malformed("sasl.name", "L'adresse de la BAL dépasse 320 octets.", "The address of the BAL is longer than 320 bytes.")
	case !utf8.ValidString(s), strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return malformed("sasl.name", "L'adresse de la BAL contient des octets qui ne sont pas du texte.", "The address of the BAL holds bytes that are not text.")
	}
	return nil
}

func noEncryption() *sim.Error {
	return &sim.Error{
		Kind: sim.Forbidden, Text: "Must issue a STARTTLS command first",
		Cause: cause("sasl.tls", "L'authentification demande TLS : STARTTLS d'abord.", "Authentication wants TLS: STARTTLS first.", "REM MSS/CONF.05, RFC 4954 §4"),
	}
}

func noMechanism(name string, offered []string) *sim.Error {
	if len(name) > 20 {
		name = name[:20] + "…"
	}
	list := strings.Join(offered, ", ")
	if list == "" {
		list = "-"
	}
	return &sim.Error{
		Kind: sim.NotFound, Text: "Unrecognized authentication type",
		Cause: cause("sasl.mechanism", "Le mécanisme « "+name+" » n'est pas offert sur cette connexion ; le sont : "+list+".",
			"The mechanism “"+name+"” is not offered on this connection; those that are: "+list+".", "REM MSS/CONF.07"),
	}
}
