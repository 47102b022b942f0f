//===- Order.h - elements by their order --------------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/movement/Movement.h"

namespace wasmind::guest {

/// Order of a NaN: above all numbers. (An i64 may have it as well.)
inline constexpr int64_t orderOfNaN = INT64_MAX;

/// Numbers that are ordered, and equal, as the elements of a row are: `count` of them.
void orderRow(ElementType type, const char *from, int32_t step, uint32_t count, int64_t *order);

inline bool isFloat(ElementType type) { return type <= BF16; }

/// Elements whose order is read at once.
inline constexpr uint32_t orderLength = 256;

} // namespace wasmind::guest
