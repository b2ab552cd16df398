package submission

import (
	"maps"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// The operations, in the journal and in scenarios.
const (
	opConnect = "smtp.connect"
	opAuth    = "smtp.auth"
	opMail    = "smtp.mail"
	opRcpt    = "smtp.rcpt"
	opSend    = "smtp.send"
	opCommand = "smtp.command"
	opQuit    = "smtp.quit"
)

// Ops are the operations: connection, authentication, sender, recipient, sending,
// other commands, end. The facts of smtp.send under "message" and "lint" are the
// Post's.
func Ops() []sim.Op {
	const (
		rfc  = "RFC 5321, RFC 6409"
		ref2 = "Référentiel socle MSSanté #2 v1.0.1 (ECO.1.0.1, ECO.1.2.1) ; refus 334 puis coupure : vu sur la plateforme de formation"
	)
	op := func(name, fr, en string, p sim.Provenance, source string, facts ...map[string]sim.FactType) sim.Op {
		all := map[string]sim.FactType{"error.code": sim.String, "error.text": sim.String}
		for _, f := range facts {
			maps.Copy(all, f)
		}
		return sim.Op{
			Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: p, Source: source, Facts: all, Codes: codes(name),
		}
	}
	who := map[string]sim.FactType{"auth.user": sim.String, "auth.person": sim.String, "auth.client": sim.String, "auth.session": sim.String}
	from := map[string]sim.FactType{"mail.from": sim.String, "mail.declared_size": sim.Int, "mail.helo": sim.String}
	to := map[string]sim.FactType{"rcpt.to": sim.String, "rcpt.notify": sim.Strings, "rcpt.original": sim.String}
	dsn := map[string]sim.FactType{"dsn.ret": sim.String, "dsn.envid": sim.String}
	return []sim.Op{
		op(opConnect, "SMTP : connexion", "SMTP: connection", sim.Confirmed, ref2, map[string]sim.FactType{
			"starttls": sim.Bool, "tls.version": sim.String, "tls.cipher": sim.String, "tls.server_name": sim.String,
			"tls.subject": sim.String, "tls.problem": sim.String,
			"before_tls": sim.Strings, // commands refused for want of TLS: AUTH, and the first other one
		}),
		op(opAuth, "SMTP : authentification", "SMTP: authentication", sim.Confirmed, ref2, auth.Facts()),
		op(opMail, "SMTP : expéditeur refusé (MAIL FROM)", "SMTP: refused sender (MAIL FROM)", sim.Inferred, rfc, from, dsn, who),
		op(opRcpt, "SMTP : destinataire refusé (RCPT TO)", "SMTP: refused recipient (RCPT TO)", sim.Inferred, rfc, from, to, who),
		op(opSend, "SMTP : envoi d'un message", "SMTP: sending of a message", sim.Inferred, rfc+", RFC 3461", from, dsn, who, map[string]sim.FactType{
			"mail.to": sim.Strings, "mail.size": sim.Int, "mail.queue": sim.String, "mail.complete": sim.Bool, "mail.chunked": sim.Bool,
			"mail.body": sim.String, "mail.utf8": sim.Bool, "dsn.notify": sim.Strings, "message.*": sim.Any, "lint.*": sim.Any,
		}),
		op(opCommand, "SMTP : autre commande refusée", "SMTP: another refused command", sim.Inferred, rfc, map[string]sim.FactType{"command.verb": sim.String}),
		op(opQuit, "SMTP : fin de la connexion", "SMTP: end of the connection", sim.Inferred, rfc, who, map[string]sim.FactType{
			"end.how": sim.String, "end.commands": sim.Int, "end.messages": sim.Int,
		}),
	}
}
