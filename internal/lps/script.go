package lps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/lps/oidc"
)

// A script is the software's part of a scenario.
type script struct {
	play func(ctx context.Context, s *session) error
	// ready prepares the session, before the run starts.
	ready func(s *session) error
	// wrong are the mistakes that it can make on purpose.
	wrong []string
}

// scripts are what a scenario's key "play" may name.
func scripts() map[string]script {
	return map[string]script{
		"psc-ciba": {playCIBA, readyPSC, []string{wrongACR, wrongPoll, wrongLogout}},
		"psc-web":  {playWeb, readyPSC, []string{wrongACR, wrongLogout}},

		"insi-traits":     {playTraits, readyINSi, []string{wrongCase, wrongTwice}},
		"insi-vitale":     {playVitale, readyINSi, []string{wrongTraits, wrongOldCard}},
		"insi-01-02":      {playCodes, readyINSi, []string{wrongOneName, wrongNoPlace, wrongKeep}},
		"insi-date-00":    {playRefused, readyINSi, []string{wrongKeep}},
		"insi-trait-vide": {playRefused, readyINSi, []string{wrongKeep}},
		"insi-verif-ko":   {playVerification, readyINSi, []string{wrongKeep}},
		"insi-douteuse":   {playDoubtful, readyINSi, []string{wrongCall}},
		"insi-auto":       {playAuto, readyINSi, []string{wrongClick, wrongTwice}},
		"insi-certificat": {playCertificate, readyINSi, []string{wrongName}},
		"apcv-qr":         {playQR, readyApCV, []string{wrongScan, wrongTraits, wrongForget}},

		"mss-pro-10":          {playMany, readyMSS, []string{wrongNIL, wrongSubject, wrongPDF, wrongNine}},
		"mss-citoyenne":       {playRobot, readyMSS, []string{wrongTarget, wrongHTML, wrongNIL}},
		"mss-annule-remplace": {playReplace, readyMSS, []string{wrongRelated, wrongVersion, wrongSilent, wrongOnePS}},
		"mss-api-lps":         {playAPI, readyMSSByToken, []string{wrongEarly, wrongReopen, wrongKeep}},
		"mss-bal-app":         {playApplicative, readyMSS, []string{wrongReplyTo, wrongMention, wrongToken}},
		"mss-reception-bio":   {playReception, readyMSSByToken, []string{wrongNoMDN, wrongUnasked, wrongUnread}},
	}
}

// The mistakes that scripts can make.
const (
	wrongACR     = "acr"      // asks PSC for eidas3
	wrongPoll    = "poll"     // polls PSC too fast
	wrongLogout  = "logout"   // leaves the logout out
	wrongCase    = "case"     // sends names as they were typed, in lower case
	wrongTwice   = "twice"    // makes the same call a second time
	wrongTraits  = "traits"   // searches by traits although the card is there
	wrongOldCard = "old-card" // sends a Vitale assertion made too long ago
	wrongOneName = "one-name" // tries the first of several first names only
	wrongNoPlace = "no-place" // does not try again with the birth place
	wrongKeep    = "keep"     // uses an INS that it must not have
	wrongCall    = "call"     // calls INSi for a doubtful identity
	wrongClick   = "click"    // calls when a user clicks, not by itself
	wrongName    = "cn"       // shows a certificate whose CN is not for INSi
	wrongScan    = "scan"     // changes the text that was scanned
	wrongForget  = "forget"   // never destroys the ApCV context

	wrongNIL     = "nil"         // forgets X-MSS-NIL
	wrongSubject = "subject"     // a subject without the marker of the archive
	wrongPDF     = "pdf"         // no copy as PDF/A-1
	wrongNine    = "nine"        // nine messages instead of ten
	wrongTarget  = "target"      // another address than the test address
	wrongHTML    = "html"        // a body of HTML alone
	wrongRelated = "related"     // a new version without relatedDocument
	wrongVersion = "version"     // a new version with the former version's number
	wrongSilent  = "silent"      // a new version that does not say so
	wrongOnePS   = "one"         // tells the deletion to one of the two correspondents
	wrongEarly   = "early"       // authenticates before TLS
	wrongReopen  = "no-reopen"   // does not open the mail session again
	wrongReplyTo = "no-reply-to" // an automatic message without Reply-To
	wrongMention = "no-mention"  // an automatic message that does not say so
	wrongToken   = "token"       // a token instead of the certificate
	wrongNoMDN   = "no-mdn"      // never sends the receipt that was asked for
	wrongUnasked = "unasked"     // sends a receipt that nobody asked for
	wrongUnread  = "unread"      // sends the receipt without having opened the document
)

// tooFast is the pace of the mistake poll.
const tooFast = time.Second

// misbehave sets the fields that a named mistake stands for.
func (o *Options) misbehave() {
	switch o.Misbehave {
	case wrongACR:
		o.ACR = "eidas3"
	case wrongPoll:
		o.PollEvery = tooFast
	case wrongLogout:
		o.SkipLogout = true
	}
}

// Scripts lists the names of the scripts, sorted.
func Scripts() []string { return slices.Sorted(maps.Keys(scripts())) }

// Misbehaviours lists the mistakes that a script can make on purpose, sorted;
// for an empty name, those of every script.
func Misbehaviours(script string) []string {
	all := map[string]bool{}
	for name, sc := range scripts() {
		if script == "" || name == script {
			for _, w := range sc.wrong {
				all[w] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// definition is what the software reads of a scenario.
type definition struct {
	Play  string `json:"play"`
	Given given  `json:"given"`
	Steps []struct {
		ID string          `json:"id"`
		Do json.RawMessage `json:"do"`
	} `json:"steps"`
}

// given is what a scenario starts from: for the software, what somebody typed
// into it.
type given struct {
	Professional string            `json:"professional"`
	Patient      string            `json:"patient"`
	Vars         map[string]string `json:"vars"`
}

// choose finds the script of a scenario, and whether it can be played as asked.
func (l *LPS) choose(scenario string, def definition) (script, error) {
	act, ok := scripts()[def.Play]
	switch {
	case def.Play == "":
		return act, fmt.Errorf("lps: %w: the scenario %q names no script (key play): it can be watched, not played", ErrUnplayable, scenario)
	case !ok:
		return act, fmt.Errorf("lps: %w: the scenario %q names the script %q; there are %s", ErrUnplayable, scenario, def.Play, strings.Join(Scripts(), ", "))
	case l.opt.PollEvery > 0 && def.Play != "psc-ciba":
		return act, fmt.Errorf("lps: %w: the script %q does not poll, so its pace cannot be wrong", ErrUnplayable, def.Play)
	case l.opt.Misbehave != "" && !slices.Contains(act.wrong, l.opt.Misbehave):
		return act, fmt.Errorf("lps: %w: the script %q cannot make the mistake %q; it can make %s", ErrUnplayable, def.Play, l.opt.Misbehave, strings.Join(Misbehaviours(def.Play), ", "))
	}
	return act, nil
}

// readyPSC makes the relying party.
func readyPSC(s *session) error {
	if s.hint == "" {
		return fmt.Errorf("lps: %w: the scenario gives no professional to log in", ErrUnplayable)
	}
	psc := s.endpoints.Services.PSC
	if psc.Issuer == "" || psc.ClientID == "" {
		return errors.New("lps: the endpoints document names no Pro Santé Connect issuer and client")
	}
	rp, err := oidc.New(oidc.Config{
		HTTP: s.http, Issuer: psc.Issuer, ClientID: psc.ClientID, ClientSecret: psc.ClientSecret,
		Rand: s.opt.Rand, Now: s.now,
	})
	if err != nil {
		return fmt.Errorf("lps: %w", err)
	}
	s.rp = rp
	return nil
}
