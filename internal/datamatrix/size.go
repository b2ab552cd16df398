package datamatrix

// size is a square symbol of ISO/IEC 16022 table 7: modules on a side, data
// regions on a side, data and error codewords, and the blocks that they are
// interleaved in.
type size struct{ side, regions, data, ecc, blocks int }

// sizes are the squares, smallest first, but the one of 144 modules, whose
// blocks are not of one length.
var sizes = [...]size{
	{10, 1, 3, 5, 1},
	{12, 1, 5, 7, 1},
	{14, 1, 8, 10, 1},
	{16, 1, 12, 12, 1},
	{18, 1, 18, 14, 1},
	{20, 1, 22, 18, 1},
	{22, 1, 30, 20, 1},
	{24, 1, 36, 24, 1},
	{26, 1, 44, 28, 1},
	{32, 2, 62, 36, 1},
	{36, 2, 86, 42, 1},
	{40, 2, 114, 48, 1},
	{44, 2, 144, 56, 1},
	{48, 2, 174, 68, 1},
	{52, 2, 204, 84, 2},
	{64, 4, 280, 112, 2},
	{72, 4, 368, 144, 4},
	{80, 4, 456, 192, 4},
	{88, 4, 576, 224, 4},
	{96, 4, 696, 272, 4},
	{104, 4, 816, 336, 6},
	{120, 6, 1050, 408, 6},
	{132, 6, 1304, 496, 8},
}

// region is the number of modules on a side of a data region, without its frame.
func (s size) region() int { return s.side/s.regions - 2 }

// matrix is the number of modules on a side of all data regions put together.
func (s size) matrix() int { return s.region() * s.regions }

// sizeFor returns the smallest square that takes n data codewords.
func sizeFor(n int) (size, bool) {
	for _, s := range sizes {
		if s.data >= n {
			return s, true
		}
	}
	return size{}, false
}
