// Package apcv is the application carte Vitale side of the reference client "LPS
// témoin": the software sends the text of the QR code that the patient's phone
// shows, and gets a context that stands for the card.
//
//	Client.Read     authentifierUtilisateurProximite
//	Client.Restore  restituerContexteApCV
//	Client.Destroy  detruireContexteApCV
//
// The token of a context takes the place of a carte Vitale in a search of INSi:
// teleservice.Client.Vitale makes the assertion that carries it.
//
// The requests are those of a public generator. Of the answers, only the names
// of a context's fields are public (Identifiant, TokenApCV, DateFinValidite): the
// rest is what the simulator invented, and is read here only where it is needed.
//
// State: none.
package apcv
