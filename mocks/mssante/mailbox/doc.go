// Package mailbox keeps the messages of the simulated BAL: folders with their
// special uses (RFC 6154), messages with their flags and UIDs (RFC 9051 §2.3), what
// changed since a given moment, which feeds IMAP's updates, and quotas. It speaks no
// protocol.
//
//	folders    Create, CreateFolder, DeleteFolder, RenameFolder, Remove, Subscribe
//	messages   Append, Copy, Move, SetFlags, Flag, Expunge
//	reading    Folders, Folder, Find, UIDs, Messages, Range, Message, Raw
//	news       Update, Since, Wait, Wake
//
// # State
//
// All of it lives in the world's store; reset and snapshots come with it:
//
//	mssante_dossiers   one row a folder: names, counters, the floor of its log
//	mssante_messages   one row a message, by folder and UID; and by folder and ModSeq
//	mssante_contenus   bytes of messages by SHA-256, with a count of the messages
//	mssante_effaces    which UIDs left a folder, and when: see Since
//	mssante_comptes    one row a BAL: bytes used, last UIDVALIDITY, subscriptions
//	mssante_stockage   one row: what all contents take
//
// A message's bytes stand apart from its row, so that a change of flags copies a few
// words and a message that goes to ten BAL is kept once. Beside the store the package
// keeps who waits for news, and how many worlds there were: see Wake.
//
// # Limits
//
// A BAL has a quota in bytes, the simulator a limit for all contents, to which every
// message adds 1.5 kB for its row; a BAL has at most 1,000 folders, 20 levels deep, with
// names of at most 255 bytes; a message has at most 64 flags of at most 64 bytes, a
// folder 256 keywords; a folder remembers the last 10,000 UIDs that left it.
package mailbox
