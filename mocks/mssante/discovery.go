package mssante

import (
	"maps"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// The operations beside the mail protocols, and what happens to BAL.
const (
	opAutoconfig = "autoconfig"
	opWhitelist  = "whitelist"
	opChecksum   = "whitelist.checksum"
	opDNS        = "dns.query"

	evCreated      = "bal.created"
	evChanged      = "bal.changed"
	evClosed       = "bal.closed"
	evOpened       = "bal.opened"
	evDeleted      = "bal.deleted"
	evNotice       = "bal.notice"
	evInaccessible = "bal.inaccessible"
)

// discoveryOps are the operations of this part of the service.
func discoveryOps() []sim.Op {
	web := []string{webBadRequest, webNotFound, webUnavailable, webInternal}
	list := map[string]sim.FactType{"whitelist.sha256": sim.String, "whitelist.bytes": sim.Int}
	return []sim.Op{
		{
			Name: opAutoconfig, Title: journal.Text{FR: "Configuration automatique d'une BAL", EN: "Automatic configuration of a BAL"},
			Method: "GET", Path: "{,/.well-known/autoconfig}" + autoconfigPath, Provenance: sim.Inferred,
			Source: "adresse : REM MSS/CONF.04 ; contenu : format de Thunderbird, noms et ports du simulateur",
			Facts:  withError(map[string]sim.FactType{"autoconfig.domain": sim.String, "autoconfig.host": sim.String, "autoconfig.email": sim.String, "autoconfig.imap_port": sim.String, "autoconfig.smtp_port": sim.String}), Codes: web,
		},
		{
			Name: opWhitelist, Title: journal.Text{FR: "Liste blanche MSSanté", EN: "MSSanté liste blanche"}, Method: "GET", Path: whitelistPath,
			Provenance: sim.Confirmed, Source: "ansforge/MSS-liste-blanche (format et adresse ; contenu synthétique)", Facts: withError(list), Codes: web,
		},
		{
			Name: opChecksum, Title: journal.Text{FR: "Somme de contrôle de la liste blanche", EN: "Checksum of the liste blanche"}, Method: "GET", Path: "/checksum",
			Provenance: sim.Inferred, Source: "fichier « checksum » du miroir ansforge/MSS-liste-blanche ; sa place sur le vrai serveur n'est pas connue", Facts: withError(list), Codes: web,
		},
		{
			Name: opDNS, Title: journal.Text{FR: "Question au serveur de noms", EN: "Question to the name server"}, Provenance: sim.Inferred,
			Source: "ECO.1.1.9 (DNS SRV) ; étiquettes : RFC 6186, RFC 8314",
			Facts: withError(map[string]sim.FactType{
				"dns.name": sim.String, "dns.type": sim.String, "dns.rcode": sim.String, "dns.answers": sim.Int, "dns.over": sim.String, "dns.domain": sim.String,
			}), Codes: []string{"SERVFAIL", "REFUSED", "NXDOMAIN", "NOTIMP", "FORMERR"},
		},
		balEvent(evCreated, "BAL créée", "BAL created"),
		balEvent(evChanged, "BAL modifiée", "BAL changed"),
		balEvent(evClosed, "BAL fermée", "BAL closed"),
		balEvent(evOpened, "BAL ouverte de nouveau", "BAL opened again"),
		balEvent(evDeleted, "BAL supprimée", "BAL deleted"),
		balEvent(evNotice, "BAL inutilisée : ses titulaires sont prévenus", "Unused BAL: its holders are warned"),
		balEvent(evInaccessible, "BAL devenue inaccessible après 45 jours sans usage", "BAL made inaccessible after 45 days without use"),
	}
}

func withError(own map[string]sim.FactType) map[string]sim.FactType {
	out := map[string]sim.FactType{"error.code": sim.String, "error.text": sim.String}
	maps.Copy(out, own)
	return out
}

func balEvent(name, fr, en string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: sim.Inferred, Source: "événement du simulateur",
		Facts: map[string]sim.FactType{
			"bal.address": sim.String, "bal.kind": sim.String, "bal.state": sim.String, "bal.holders": sim.Strings, "bal.deadline": sim.String,
		},
	}
}

// told writes in the journal what happened to a BAL.
func (s *Service) told(op, summary string, b bal.BAL, more map[string]any) {
	facts := map[string]any{"address": b.Address, "kind": string(b.Kind), "state": string(b.State), "holders": append([]string{}, b.Holders...)}
	maps.Copy(facts, more)
	s.world.Journal.Append(&journal.Entry{
		Time: s.now(), Transport: "event", Service: "mssante", Op: op, Outcome: journal.Event,
		Provenance: string(s.ops[op].Provenance), Summary: summary, Facts: map[string]any{"bal": facts},
	})
}

// absent says what is not simulated.
func absent() []journal.Text {
	return []journal.Text{
		{FR: "Les services web historiques SOAP et REST des clients MSSanté (Folder, Item, Attachment, Annuaire, Enrolement) et leur fournisseur d'identité : l'API LPS les remplace.", EN: "The historic SOAP and REST web services of MSSanté clients (Folder, Item, Attachment, Annuaire, Enrolement) and their identity provider: the API LPS replaces them."},
		{FR: "L'annuaire LDAP, dont le schéma n'est pas public ; l'annuaire FHIR est un autre service.", EN: "The LDAP directory, whose schema is not public; the FHIR directory is another service."},
		{FR: "L'échange entre opérateurs (SMTP, port 25, certificats mutuels) : les messages entre BAL simulées ne quittent pas le simulateur.", EN: "The exchange between operators (SMTP, port 25, mutual certificates): messages between simulated BAL do not leave the simulator."},
		{FR: "AutoDiscover de Microsoft (TM3.3C de 2014) et l'authentification par carte CPS avant le dialogue de messagerie.", EN: "Microsoft's AutoDiscover (TM3.3C of 2014) and authentication by CPS card before the mail dialogue."},
		{FR: "Les indicateurs mensuels qu'un opérateur dépose (référentiel #1, non public).", EN: "The monthly indicators that an operator hands in (référentiel #1, not public)."},
		{FR: "La signature et le chiffrement S/MIME, DKIM et SPF : l'espace de confiance n'en dit rien dans ce qui est public.", EN: "S/MIME, DKIM and SPF: nothing public asks for them in the espace de confiance."},
	}
}

// Hosts are the names of the mail servers of the simulated domains, and of their
// pages of automatic configuration. Those of the training platform follow from a
// public domain and the rule of MSS/CONF.04; a name of the real messaging is never
// among them.
func (s *Service) Hosts() []string {
	var out []string
	for _, d := range s.estate.Domains {
		name := strings.ToLower(d.Name)
		if bal.Production(name) {
			continue
		}
		out = append(out, autoconfigHost+name)
		if name != trainingDomain { // the platform's own servers have names that are not public
			out = append(out, name, "smtp."+name, "imap."+name)
		}
	}
	return append(out, s.config.Post.Sending.Host)
}

const (
	autoconfigHost = "autoconfig."
	trainingDomain = "medecin.formation.mssante.fr"
)

// Endpoints are the service's part of the endpoints document.
func (s *Service) Endpoints(base string) map[string]any {
	base = strings.TrimSuffix(base, "/")
	domains, bals := []string{}, []map[string]any{}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for d := range bal.Domains.All(tx) {
			if d.Name != patientDomain {
				domains = append(domains, d.Name)
			}
		}
		for _, d := range s.estate.BALs {
			if b, ok := bal.BALs.Get(tx, strings.ToLower(d.Address)); ok && len(bals) < maxShown {
				bals = append(bals, map[string]any{
					"address": b.Address, "kind": b.Kind, "holders": b.Holders, "delegates": b.Delegates,
					"certificates": b.Certificates, "state": s.stateOf(tx, b),
				})
			}
		}
		return nil
	})
	return map[string]any{
		"domains": domains, "bals": bals, "mechanisms": s.config.Mechanisms,
		"autoconfig": autoconfigURL(base, s.config.Domain), "whitelist": base + whitelistPath,
		"whitelist_checksum": base + s.config.Whitelist.ChecksumPath,
		"patient_domain":     patientDomain, "test_address": robotAddress,
		"smtp_host": s.office.Host(), "imap_host": s.gate.Host(),
	}
}

// maxShown bounds the BAL of the endpoints document.
const maxShown = 30
