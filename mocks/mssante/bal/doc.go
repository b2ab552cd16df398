// Package bal holds the boîtes aux lettres of the espace de confiance MSSanté:
// mailboxes with their kind (TRE_R257: PER, ORG, APP, CAB), who may open them, their
// state; the domains, and the operators that serve them; the liste blanche.
//
//	bal.go        rows and tables
//	address.go    the form of addresses and domains
//	declared.go   BAL, domains and operators as files and settings write them
//	read.go       a file of fixtures, strictly
//	whitelist.go  the liste blanche: written, read, its checksum
//	epoch.go      since when the world runs, and for how long a BAL was not used
//
// State lives in the world's store.
package bal
