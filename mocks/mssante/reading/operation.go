package reading

import (
	"maps"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// Operations that are not commands, or of several commands.
const (
	opConnect = "imap.connect"
	opAuth    = "imap.auth"
	opIdle    = "imap.idle"
	opDone    = "imap.done"
	opBye     = "imap.bye"
	opUnknown = "imap.unknown"
)

// opOf is the operation of a command.
func opOf(name string) string {
	switch name {
	case "AUTHENTICATE", "LOGIN":
		return opAuth
	case "EXAMINE":
		return "imap.select"
	case "LSUB":
		return "imap.list"
	case "UNSELECT":
		return "imap.close"
	case "UNSUBSCRIBE":
		return "imap.subscribe"
	case "CHECK":
		return "imap.noop"
	case "GETQUOTA", "GETQUOTAROOT", "SETQUOTA":
		return "imap.quota"
	case "NOOP", "LOGOUT", "CAPABILITY", "ENABLE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "STATUS", "LIST", "NAMESPACE", "IDLE",
		"SELECT", "CLOSE", "FETCH", "STORE", "COPY", "MOVE", "EXPUNGE", "SEARCH", "SORT", "THREAD", "APPEND", "ID", "STARTTLS":
		return "imap." + strings.ToLower(name)
	}
	return opUnknown
}

// Sources of the contracts.
const (
	srcIMAP    = "RFC 9051 et 3501 ; IMAP avec STARTTLS : REM MSS/CONF.06 (ECO.1.0.2)"
	srcSASL    = "XOAUTH2 : REM MSS/CONF.07 (ECO.1.2.1) ; refus vu sur la plate-forme de formation"
	srcCommon  = "extension publiée ; qu'un opérateur MSSanté la serve n'est pas connu : "
	srcInSim   = "événement du simulateur"
	srcNeeded  = srcIMAP + " ; usage par un LGC observé (dossiers, APPEND, MOVE, drapeaux, IDLE, BODY[n] partiel, SEARCH)"
	codesEvery = "UNAVAILABLE"
)

// everywhere are the response codes that any command may be refused with (RFC 5530
// §3), and two that are no codes: BAD, and BYE, which ends the session.
func everywhere() []string {
	return []string{codesEvery, "SERVERBUG", "INUSE", "LIMIT", "ALERT", "CONTACTADMIN", "BAD", "BYE"}
}

// knownCode tells whether a code is one of IMAP's.
func knownCode(code string) bool {
	return slices.Contains(everywhere(), code) || slices.Contains([]string{
		"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "NONEXISTENT", "NOPERM", "ALREADYEXISTS",
		"CANNOT", "HASCHILDREN", "OVERQUOTA", "TOOBIG", "TRYCREATE", "EXPUNGEISSUED", "BADCHARSET", "READ-ONLY", "UNKNOWN-CTE", "CLIENTBUG",
	}, code)
}

// Ops are the operations: connection, authentication, and one for each command.
func Ops() []sim.Op {
	return []sim.Op{
		op(opConnect, "Connexion IMAP", "IMAP connection", srcIMAP, nil, nil),
		op("imap.starttls", "Passer sous TLS (STARTTLS)", "Begin TLS (STARTTLS)", srcIMAP, nil, nil),
		op(opAuth, "S'authentifier (AUTHENTICATE, LOGIN)", "Authenticate (AUTHENTICATE, LOGIN)", srcSASL, auth.Facts(),
			[]string{"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"}),
		inferred(op("imap.id", "Se présenter (ID)", "Introduce oneself (ID)", srcCommon+"RFC 2971", map[string]sim.FactType{"software.*": sim.String}, nil)),
		op("imap.capability", "Demander les capacités (CAPABILITY)", "Ask for the capabilities (CAPABILITY)", srcIMAP, nil, nil),
		op("imap.noop", "Ne rien faire, prendre les nouvelles (NOOP, CHECK)", "Do nothing, take the news (NOOP, CHECK)", srcIMAP, nil, nil),
		op("imap.logout", "Se déconnecter (LOGOUT)", "Log out (LOGOUT)", srcIMAP, nil, nil),
		op("imap.enable", "Activer une capacité (ENABLE)", "Enable a capability (ENABLE)", srcIMAP, nil, nil),
		op("imap.namespace", "Demander les espaces de noms (NAMESPACE)", "Ask for the namespaces (NAMESPACE)", srcIMAP, nil, nil),
		op("imap.select", "Ouvrir un dossier (SELECT, EXAMINE)", "Open a folder (SELECT, EXAMINE)", srcNeeded, nil, []string{"NONEXISTENT", "NOPERM"}),
		op("imap.close", "Fermer le dossier (CLOSE, UNSELECT)", "Close the folder (CLOSE, UNSELECT)", srcIMAP, nil, nil),
		op("imap.list", "Lister les dossiers (LIST, LSUB)", "List folders (LIST, LSUB)", srcNeeded, nil, nil),
		op("imap.status", "Demander l'état d'un dossier (STATUS)", "Ask for the state of a folder (STATUS)", srcNeeded, nil, []string{"NONEXISTENT"}),
		op("imap.create", "Créer un dossier (CREATE)", "Create a folder (CREATE)", srcNeeded, nil, []string{"ALREADYEXISTS", "CANNOT", "OVERQUOTA", "NOPERM"}),
		op("imap.delete", "Supprimer un dossier (DELETE)", "Delete a folder (DELETE)", srcNeeded, nil, []string{"NONEXISTENT", "CANNOT", "HASCHILDREN", "NOPERM"}),
		op("imap.rename", "Renommer un dossier (RENAME)", "Rename a folder (RENAME)", srcNeeded, destination(), []string{"NONEXISTENT", "ALREADYEXISTS", "CANNOT", "NOPERM"}),
		op("imap.subscribe", "S'abonner, se désabonner (SUBSCRIBE, UNSUBSCRIBE)", "Subscribe, unsubscribe (SUBSCRIBE, UNSUBSCRIBE)", srcIMAP, nil, []string{"NONEXISTENT"}),
		op("imap.append", "Déposer un message dans un dossier (APPEND)", "Put a message into a folder (APPEND)", srcNeeded,
			map[string]sim.FactType{"uid_assigned": sim.Int}, []string{"OVERQUOTA", "TOOBIG", "TRYCREATE", "NOPERM"}),
		op("imap.fetch", "Lire des messages (FETCH)", "Read messages (FETCH)", srcNeeded, nil, []string{"EXPUNGEISSUED", "UNKNOWN-CTE"}),
		op("imap.store", "Changer des drapeaux (STORE)", "Change flags (STORE)", srcNeeded, nil, []string{"READ-ONLY", "NOPERM", "EXPUNGEISSUED"}),
		op("imap.copy", "Copier des messages (COPY)", "Copy messages (COPY)", srcNeeded, destination(), []string{"OVERQUOTA", "TRYCREATE", "EXPUNGEISSUED", "NOPERM"}),
		op("imap.move", "Déplacer des messages (MOVE)", "Move messages (MOVE)", srcNeeded+" ; « Internal error » et lenteur vues en production",
			destination(), []string{"OVERQUOTA", "TRYCREATE", "EXPUNGEISSUED", "READ-ONLY", "NOPERM"}),
		op("imap.expunge", "Effacer les messages supprimés (EXPUNGE)", "Expunge deleted messages (EXPUNGE)", srcNeeded, nil, []string{"READ-ONLY", "NOPERM"}),
		op("imap.search", "Chercher des messages (SEARCH)", "Search messages (SEARCH)", srcNeeded, found(), []string{"BADCHARSET"}),
		inferred(op("imap.sort", "Trier des messages (SORT)", "Sort messages (SORT)", srcCommon+"RFC 5256", found(), []string{"BADCHARSET"})),
		inferred(op("imap.thread", "Grouper des messages en fils (THREAD)", "Thread messages (THREAD)", srcCommon+"RFC 5256", found(), []string{"BADCHARSET"})),
		op(opIdle, "Attendre des nouvelles (IDLE)", "Wait for news (IDLE)", srcNeeded, nil, nil),
		op(opDone, "Fin de l'attente de nouvelles (DONE)", "End of the wait for news (DONE)", srcIMAP, nil, nil),
		inferred(op("imap.quota", "Demander le quota (GETQUOTA, GETQUOTAROOT)", "Ask for the quota (GETQUOTA, GETQUOTAROOT)", srcCommon+"RFC 9208", nil, []string{"NONEXISTENT", "NOPERM"})),
		op(opUnknown, "Commande inconnue", "Unknown command", srcIMAP, nil, nil),
		op(opBye, "Fin de session décidée par le serveur (BYE)", "Session ended by the server (BYE)", srcIMAP, map[string]sim.FactType{"text": sim.String}, nil),
	}
}

func op(name, fr, en, source string, own map[string]sim.FactType, codes []string) sim.Op {
	facts := map[string]sim.FactType{
		"tag":     sim.String, // of the command
		"command": sim.String, // "UID FETCH"
		"uid":     sim.Bool,   // by UIDs
		"args":    sim.String, // the arguments, shortened; not of AUTHENTICATE nor LOGIN
		"user":    sim.String, // the BAL
		"person":  sim.String, // national identifier of the professional
		"client":  sim.String, // azp of the token, or the certificate's common name
		"folder":  sim.String, // that the command names, or that is open
		"tls":     sim.Bool,   // the connection is under TLS
		"size":    sim.Int,    // bytes of the literals: of the message, for APPEND
		"sent":    sim.Int,    // bytes of the answer
		"count":   sim.Int,    // untagged answers
		"answer":  sim.String, // "OK", "NO", "BAD"; "+" when IDLE began; empty when cut
		// Of a refusal.
		"error.code": sim.String, "error.text": sim.String,
	}
	maps.Copy(facts, own)
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: sim.Confirmed, Source: source, Facts: facts,
		Codes: append(slices.Clone(codes), everywhere()...),
	}
}

func inferred(o sim.Op) sim.Op {
	o.Provenance = sim.Inferred
	return o
}

func destination() map[string]sim.FactType { return map[string]sim.FactType{"destination": sim.String} }

func found() map[string]sim.FactType { return map[string]sim.FactType{"found": sim.Int} }
