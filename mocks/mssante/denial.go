package mssante

import (
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// Why a BAL does not open: the rules of the causes ("mssante.token-expired").
const (
	tokensAbsent  = "token-service"
	tokenRefused  = "token"
	tokenExpired  = "token-expired"
	tokenAudience = "token-audience"
	tokenScope    = "token-scope"
	tokenClient   = "token-client"
	tokenACR      = "token-acr"
	tokenOver     = "token-over"
	sessionEnded  = "session-ended"

	balUnknown          = "bal-unknown"
	balOfOthers         = "bal-not-yours"
	balOfPatient        = "bal-patient"
	balClosed           = "bal-closed"
	balOpposed          = "bal-opposed"
	balUnused           = "bal-inaccessible"
	balWantsCertificate = "bal-app-token"
	balWantsToken       = "bal-certificate"

	certificateMissing   = "certificate-missing"
	certificateRefused   = "certificate"
	certificateExpired   = "certificate-expired"
	certificateEarly     = "certificate-not-yet-valid"
	certificateRevoked   = "certificate-revoked"
	certificateUnknownCA = "certificate-unknown-ca"
	certificateKind      = "certificate-kind"
	certificateUnbound   = "certificate-unbound"
	certificateOpensNone = "certificate-no-bal"
	certificateOpensMany = "certificate-several-bal"
)

// A denial is a way of not opening a BAL. Its texts have places for values: %1, %2,
// %3.
type denial struct {
	kind   sim.Kind
	text   string // for the peer: short, in ASCII
	fr, en string
	ref    string
}

// denials is never changed. Only the sequence is published (TLS, then XOAUTH2 with a
// Pro Santé Connect token, or PLAIN under mutual TLS): which of these a real
// operator looks at, and in which order, is inferred.
var denials = map[string]denial{
	tokensAbsent: {
		sim.Unavailable, "Token verification is unavailable",
		"Aucun service n'émet de jetons Pro Santé Connect dans ce simulateur : le jeton ne peut pas être vérifié.",
		"No service issues Pro Santé Connect tokens in this simulator: the token cannot be verified.", "ECO.1.2.1",
	},
	tokenRefused: {
		sim.Unauthorized, "Token refused",
		"Le jeton n'est pas un jeton d'accès Pro Santé Connect valide : %1.",
		"The token is no valid Pro Santé Connect access token: %1.", "ECO.1.2.1, REM MSS/CONF.07",
	},
	tokenExpired: {
		sim.Unauthorized, "Token expired",
		"Le jeton d'accès Pro Santé Connect a expiré (il vit 2 minutes) : le renouveler avec le refresh token, puis rouvrir la session de messagerie.",
		"The Pro Santé Connect access token has expired (it lives 2 minutes): renew it with the refresh token, then open the mail session again.", "ECO.1.2.7, REM MSS/CONF.11",
	},
	tokenAudience: {
		sim.Unauthorized, "Token audience refused",
		"Le jeton a pour audience « %1 » ; l'opérateur veut %2 (option token.audience).",
		"The token's audience is “%1”; the operator wants %2 (option token.audience).", "ECO.1.2.1",
	},
	tokenScope: {
		sim.Unauthorized, "Token scope refused",
		"Le jeton a pour portée « %1 » ; l'opérateur veut aussi %2 (option token.scopes).",
		"The token's scope is “%1”; the operator wants %2 too (option token.scopes).", "ECO.1.2.1",
	},
	tokenClient: {
		sim.Unauthorized, "Token client refused",
		"Le jeton a été émis pour le client « %1 » ; l'opérateur n'accepte que %2 (option token.clients).",
		"The token was issued to the client “%1”; the operator takes only %2 (option token.clients).", "ECO.1.2.1",
	},
	tokenACR: {
		sim.Unauthorized, "Token acr refused",
		"Le jeton a pour niveau d'authentification « %1 » ; l'opérateur veut %2 (option token.acr).",
		"The token's authentication level is “%1”; the operator wants %2 (option token.acr).", "ECO.1.2.1",
	},
	tokenOver: {
		sim.Unauthorized, "Token expired",
		"Le jeton qui a ouvert la session de messagerie a expiré, et l'opérateur clôt alors la session (option token_life: token).",
		"The token that opened the mail session has expired, and the operator then ends the session (option token_life: token).", "ECO.1.2.7, REM MSS/CONF.11",
	},
	sessionEnded: {
		sim.Unauthorized, "Session ended",
		"La session Pro Santé Connect est terminée : le refresh token n'est plus valide, la session de messagerie prend fin avec lui.",
		"The Pro Santé Connect session has ended: the refresh token is no longer valid, and the mail session ends with it.", "ECO.1.2.6, REM MSS/CONF.10",
	},
	balUnknown: {
		sim.Forbidden, "Mailbox unavailable",
		"La BAL « %1 » n'existe pas : le nom d'utilisateur est l'adresse complète d'une BAL de cet opérateur.",
		"The BAL “%1” does not exist: the user name is the whole address of a BAL of this operator.", "ECO.1.2.1, REM MSS/CONF.07",
	},
	balOfOthers: {
		sim.Forbidden, "Mailbox unavailable",
		"Le jeton est celui de %2, qui n'est ni titulaire ni délégué de la BAL « %1 » (titulaires : %3).",
		"The token is that of %2, who neither holds the BAL “%1” nor has delegation for it (holders: %3).", "ECO.1.2.1, REM MSS/CONF.07",
	},
	balOfPatient: {
		sim.Forbidden, "Mailbox unavailable",
		"« %1 » est la messagerie d'un usager : elle ne s'ouvre que dans Mon espace santé, ni par SMTP ni par IMAP.",
		"“%1” is the mailbox of an usager: it opens in Mon espace santé only, neither over SMTP nor over IMAP.", "Guide Cnam messagerie MES v1.3",
	},
	balClosed: {
		sim.Forbidden, "Mailbox closed",
		"La BAL « %1 » est fermée (action bal-open pour la rouvrir).",
		"The BAL “%1” is closed (action bal-open to open it again).", "ECO.1.2.1",
	},
	balOpposed: {
		sim.Forbidden, "Mailbox closed",
		"La personne de la BAL « %1 » s'y est opposée.", "The person of the BAL “%1” objected to it.", "ECO.1.2.1",
	},
	balUnused: {
		sim.Forbidden, "Mailbox not in use",
		"La BAL « %1 » n'a pas été utilisée pendant 45 jours ou plus : elle est inaccessible (action bal-open pour la réactiver).",
		"The BAL “%1” was not used for 45 days or more: it is inaccessible (action bal-open to reactivate it).", "Ségur vague 2, Annuaire Santé : BAL inutilisée 45 jours",
	},
	balWantsCertificate: {
		sim.Forbidden, "Mailbox wants a certificate",
		"« %1 » est une BAL applicative : elle s'ouvre par un certificat ORG AUTH_CLI (TLS mutuel puis PLAIN), pas par un jeton.",
		"“%1” is a BAL applicative: a certificate ORG AUTH_CLI opens it (mutual TLS, then PLAIN), not a token.", "REM MSS/CONF.12",
	},
	balWantsToken: {
		sim.Forbidden, "Mailbox wants a token",
		"« %1 » est une BAL de type %2 : elle s'ouvre par un jeton Pro Santé Connect (XOAUTH2), pas par un certificat.",
		"“%1” is a BAL of type %2: a Pro Santé Connect token opens it (XOAUTH2), not a certificate.", "ECO.1.2.1, REM MSS/CONF.07",
	},
	certificateMissing: {
		sim.Unauthorized, "Client certificate required",
		"Aucun certificat client n'a été présenté pendant la négociation TLS : une BAL applicative demande un ORG AUTH_CLI.",
		"No client certificate was shown in the TLS handshake: a BAL applicative wants an ORG AUTH_CLI.", "REM MSS/CONF.12",
	},
	certificateRefused: {
		sim.Unauthorized, "Client certificate refused",
		"Le certificat client « %1 » est refusé : %2.", "The client certificate “%1” is refused: %2.", "REM MSS/CONF.12, RFC 5280 §6",
	},
	certificateExpired: {
		sim.Unauthorized, "Client certificate expired",
		"Le certificat client « %1 » a expiré à l'heure simulée.", "The client certificate “%1” has expired at the simulated time.", "REM MSS/CONF.12, RFC 5280 §6",
	},
	certificateEarly: {
		sim.Unauthorized, "Client certificate not valid yet",
		"Le certificat client « %1 » n'est pas encore valide à l'heure simulée.", "The client certificate “%1” is not valid yet at the simulated time.", "REM MSS/CONF.12, RFC 5280 §6",
	},
	certificateRevoked: {
		sim.Unauthorized, "Client certificate revoked",
		"Le certificat client « %1 » est révoqué.", "The client certificate “%1” is revoked.", "REM MSS/CONF.12, RFC 5280 §6",
	},
	certificateUnknownCA: {
		sim.Unauthorized, "Client certificate refused",
		"Le certificat client « %1 » ne vient pas de l'IGC-Santé de test du simulateur ; son émetteur : %2.",
		"The client certificate “%1” is not of the simulator's test IGC-Santé; its issuer: %2.", "ECO.1.1.10, REM MSS/CONF.12",
	},
	certificateKind: {
		sim.Unauthorized, "Client certificate of another kind",
		"Le certificat client « %1 » n'est pas un certificat d'organisation ORG AUTH_CLI : ni une carte, ni un certificat de serveur ou de signature n'ouvre une BAL applicative.",
		"The client certificate “%1” is no organisation's ORG AUTH_CLI: neither a card nor a certificate of a server or for signing opens a BAL applicative.", "REM MSS/CONF.12",
	},
	certificateUnbound: {
		sim.Forbidden, "Mailbox unavailable",
		"Le certificat « CN=%2 » n'ouvre pas la BAL « %1 », liée à : %3.",
		"The certificate “CN=%2” does not open the BAL “%1”, which is bound to: %3.", "REM MSS/CONF.12",
	},
	certificateOpensNone: {
		sim.Forbidden, "No mailbox for this certificate",
		"Le certificat « CN=%1 » n'ouvre aucune BAL applicative.", "The certificate “CN=%1” opens no BAL applicative.", "RFC 4422 annexe A",
	},
	certificateOpensMany: {
		sim.Forbidden, "Several mailboxes for this certificate",
		"Le certificat « CN=%1 » ouvre plusieurs BAL (%2) : EXTERNAL doit nommer l'une d'elles.",
		"The certificate “CN=%1” opens several BAL (%2): EXTERNAL must name one of them.", "RFC 4422 annexe A",
	},
}

// denied makes the refusal of that name. Code is the name; the values come from a
// peer and are cut.
func denied(name string, values ...string) *sim.Error {
	d := denials[name]
	pairs := make([]string, 0, 6)
	for i, place := range []string{"%1", "%2", "%3"} {
		v := ""
		if i < len(values) {
			v = excerpt(values[i])
		}
		pairs = append(pairs, place, v)
	}
	fill := strings.NewReplacer(pairs...)
	return &sim.Error{
		Kind: d.kind, Code: name, Text: d.text,
		Cause: journal.Cause{Rule: "mssante." + name, Text: journal.Text{FR: fill.Replace(d.fr), EN: fill.Replace(d.en)}, Ref: d.ref},
	}
}

// deniedBy is denied with the error behind it, for the log.
func deniedBy(err error, name string, values ...string) *sim.Error {
	e := denied(name, values...)
	e.Err = err
	return e
}

// maxExcerpt bounds a value of a peer in a cause, in bytes.
const maxExcerpt = 300

func excerpt(s string) string {
	if len(s) > maxExcerpt {
		s = s[:maxExcerpt] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
