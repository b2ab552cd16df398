// Package teleservice is how the reference client "LPS témoin" calls a SOAP
// téléservice of the Assurance Maladie: the envelope, its headers, the assertion
// of the professional, the HTTP exchange and the faults. Packages insi and apcv
// hold the operations.
//
//	Client.Call   SOAP 1.2 over HTTP: POST, application/soap+xml with the action
//	              as a parameter, no SOAPAction header (SOAP 1.2 part 2 §7,
//	              WS-Addressing 1.0)
//	Card          the professional's card or software certificate, which signs
//	              SAML 2.0 assertions (XML-DSig, exclusive C14N, RSA-SHA256)
//	Error         a SOAP fault, whichever of the two layers sent it
//
// The shapes are those that public clients of the téléservices send and receive
// (desir_ and insi_ faults, headers ContexteBAM and ContexteLPS). Answers are
// read by namespace and local name, so any prefix will do.
//
// Limits: no MTOM, no WS-Security but assertions, answers of 1 MiB at most.
//
// State: none but the clients' HTTP connections.
package teleservice
