package registre

// LuhnKey returns the digit that completes digits into a number whose Luhn sum
// is right, as the RPPS, SIREN, SIRET and FINESS numbers and the cabinet
// identifiers derived from the RPPS have one; false when digits is empty or
// holds anything but ASCII digits.
func LuhnKey(digits string) (key byte, ok bool) {
	sum, ok := luhnSum(digits, true)
	if !ok {
		return 0, false
	}
	return '0' + byte((10-sum%10)%10), true
}

// ValidLuhn tells whether digits, whose last one is the key, pass the Luhn
// check (ISO/IEC 7812-1 annex B).
func ValidLuhn(digits string) bool {
	sum, ok := luhnSum(digits, false)
	return ok && len(digits) > 1 && sum%10 == 0
}

// luhnSum adds the digits from the right, every second one doubled, beginning
// with the last one when the key is still to come.
func luhnSum(digits string, double bool) (sum int, ok bool) {
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i]) - '0'
		if d < 0 || d > 9 {
			return 0, false
		}
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		double = !double
		sum += d
	}
	return sum, digits != ""
}
