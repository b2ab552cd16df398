// Package linter reads a message sent through MSSanté against the rules of the
// référentiel socle #2 (ECO.*), of the REM of the Ségur (MSS/…, SC.MSS/…) and of the
// CI-SIS: envelope and header, body, attachments, IHE_XDM.zip with its metadata and
// documents. It judges and refuses nothing; what an operator refuses is elsewhere.
//
// The package keeps no state.
package linter
