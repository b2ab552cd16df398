package psc

import (
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// optionView is one option of Config: its name in the YAML section, its value,
// the default, the others, and what is known of the real service.
type optionView struct {
	Name, Value, Default string
	Others               string
	Note                 string
	Changed              bool
	Unknown              bool // what the real service does is not known
}

type option struct {
	name, value, def, others string
	unknown                  bool
	note                     journal.Text
}

// optionViews are the options in force, in the order of Config.
func optionViews(c Config, lang string) []optionView {
	var out []optionView
	for _, o := range append(choiceOptions(c), lifetimeOptions(c)...) {
		out = append(out, optionView{
			Name: o.name, Value: o.value, Default: o.def, Others: o.others, Note: pick(lang, o.note),
			Changed: o.value != o.def, Unknown: o.unknown,
		})
	}
	return out
}

func choiceOptions(c Config) []option {
	return []option{
		{"profile", c.Profile, "2026", "2023, 2021", false, journal.Text{FR: "Année dont les jetons et la découverte sont imités.", EN: "Year whose tokens and discovery are imitated."}},
		{"auth_url", c.AuthURL, "", "URL", false, journal.Text{FR: "Base de l’hôte auth. ; vide : celui de la requête.", EN: "Base of the auth. host; empty: the request’s."}},
		{"wallet_url", c.WalletURL, "", "URL", false, journal.Text{FR: "Base de l’hôte wallet. ; vide : celui de la requête.", EN: "Base of the wallet. host; empty: the request’s."}},
		{"acr", c.ACR, "tolerate", "reject", true, journal.Text{FR: "acr_values autre que eidas1.", EN: "acr_values other than eidas1."}},
		{"nonce", c.Nonce, "tolerate", "reject", true, journal.Text{FR: "nonce absent.", EN: "nonce missing."}},
		{"state", c.State, "tolerate", "reject", true, journal.Text{FR: "state absent.", EN: "state missing."}},
		{"binding_message", c.BindingMessage, "tolerate", "two-digits", true, journal.Text{FR: "binding_message qui n’est pas deux chiffres.", EN: "binding_message that is not two digits."}},
		{"wrong_number", c.WrongNumber, "deny", "retry", true, journal.Text{FR: "Mauvais numéro choisi sur le téléphone.", EN: "Wrong number picked on the phone."}},
		{"refresh", c.Refresh, "reuse", "rotate-strict", true, journal.Text{FR: "refresh_token employé deux fois.", EN: "refresh_token used twice."}},
		{"session_state", c.SessionState, "auto", "always, never", false, journal.Text{FR: "session_state dans les jetons ; auto suit le profil.", EN: "session_state in the tokens; auto follows the profile."}},
		{"logout_state", c.LogoutState, "return", "omit", false, journal.Text{FR: "state au retour de la déconnexion : le vrai service l’a parfois perdu.", EN: "state after a logout: the real service was seen to lose it."}},
		{"cnf", c.CNF, "ans-hex64", "rfc8705", false, journal.Text{FR: "Écriture de l’empreinte de certificat dans x5t#S256.", EN: "How the certificate thumbprint is written in x5t#S256."}},
		{"ssl_required", c.SSL, "external", "all, none", false, journal.Text{FR: "HTTP en clair : external l’accepte des adresses privées.", EN: "Plain HTTP: external accepts it from private addresses."}},
		{"issuer", c.Issuer, "any", "strict", false, journal.Text{FR: "Jetons émis sous un autre nom d’hôte du simulateur.", EN: "Tokens issued under another host name of the simulator."}},
		{"subject_issuer", c.SubjectIssuer, "tolerate", "require", true, journal.Text{FR: "Échange de jeton sans subject_issuer=psc.", EN: "Token exchange without subject_issuer=psc."}},
		{"userinfo", c.Userinfo, "auto", "minimal, jwt", false, journal.Text{FR: "Forme de l’userinfo ; auto suit la personne.", EN: "Shape of the userinfo; auto follows the person."}},
	}
}

func lifetimeOptions(c Config) []option {
	l := c.Lifetimes
	life := func(name string, v Duration, def time.Duration, unknown bool, fr, en string) option {
		return option{"lifetimes." + name, shortDuration(v), shortDuration(Duration(def)), "", unknown, journal.Text{FR: fr, EN: en}}
	}
	return []option{
		life("access", l.Access, c.accessDefault(), false, "Jeton d’accès.", "Access token."),
		life("refresh", l.Refresh, 30*time.Minute, false, "Jeton de rafraîchissement.", "Refresh token."),
		life("session", l.Session, 4*time.Hour, false, "Session, au plus.", "Session, at most."),
		life("idle", l.Idle, 30*time.Minute, false, "Session sans activité.", "Idle session."),
		life("ciba", l.CIBA, 2*time.Minute, false, "Demande faite à la personne.", "Request put to the person."),
		life("ciba_interval", l.CIBAInterval, 5*time.Second, true, "Intervalle entre deux interrogations.", "Interval between two polls."),
		life("code", l.Code, time.Minute, true, "Code d’autorisation.", "Authorization code."),
		life("login", l.Login, 30*time.Minute, true, "Page de connexion laissée ouverte.", "Login page left open."),
		life("par", l.PAR, time.Minute, true, "Demande poussée (PAR).", "Pushed request (PAR)."),
		life("api", l.API, 4*time.Hour, false, "Jeton de l’espace de confiance.", "Token of the espace de confiance."),
	}
}
