//===- Tiles.h - copies that turn rows into columns ---------------------------------------------------------------===//
#pragma once
#include <stdint.h>

namespace wasmind::guest {

/// Copies a matrix that lies transposed: element (r, c) is at `to + r * toStep + c * byteWidth` and at `from + c *
/// fromStep + r * byteWidth`. Steps in bytes.
void copyTransposed(int32_t byteWidth, char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t rows,
                    uint32_t columns);

} // namespace wasmind::guest
