package soap_test

import (
	"fmt"

	"github.com/segursim/segursim/internal/soap"
)

func ExampleDecode() {
	e, err := soap.Decode([]byte(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">
	<s:Header><a:MessageID xmlns:a="http://www.w3.org/2005/08/addressing">uuid:TEST</a:MessageID></s:Header>
	<s:Body><q:RECSANSVITALE xmlns:q="http://www.cnamts.fr/INSiRecSans"/></s:Body></s:Envelope>`), soap.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.MessageID, e.BodyName())

	_, err = soap.Decode([]byte(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`), soap.Limits{})
	fmt.Println(err)
	// Output:
	// uuid:TEST {http://www.cnamts.fr/INSiRecSans}RECSANSVITALE
	// soap: line 1: a DTD is refused (SOAP 1.2 §5)
}

func ExampleEncodeFault() {
	fmt.Println(string(soap.EncodeFault(soap.Style{Envelope: "S", Bare: true}, soap.Fault{
		Code: soap.Sender, Reasons: []soap.Reason{{Lang: "fr", Text: "non"}},
	})))
	// Output:
	// <S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Body><S:Fault><S:Code><S:Value>S:Sender</S:Value></S:Code><S:Reason><S:Text xml:lang="fr">non</S:Text></S:Reason></S:Fault></S:Body></S:Envelope>
}
