// Package datamatrix writes and reads the "datamatrix INS": the two-dimensional
// code that French healthcare documents carry so that a software takes a
// patient's qualified identity by a scan instead of by typing.
//
// The payload ([Encode], [Decode]) follows "INS, format datamatrix" of the
// Agence du numérique en santé, v2.2 of 26/09/2023: a header of 26 characters
// and the blocks S1 to S7, where <GS> closes a field of variable length that is
// neither full nor last. It is not signed, and it is neither a 2D-Doc nor a GS1
// code. The format itself is not reproduced here: its rules are known through
// two public implementations and their test vectors. What follows from neither
// is said to be inferred where it is decided.
//
// The picture ([NewSymbol], [Symbol.PNG], [Symbol.SVG]) is an ECC200 square of
// ISO/IEC 16022 with the header in the C40 encodation, and the rest in whichever
// of ASCII and C40 is shorter. A reader gives the same text whatever the
// encodation was; only one that shows codewords can tell.
//
// Limits: squares of 10 to 132 modules, no rectangle and not the 144 one (the
// longest identity needs 72), no picture is read (a scanner or a
// library does that), one page only (no structured append).
//
// State: none. Every function is pure and safe for concurrent use.
package datamatrix
