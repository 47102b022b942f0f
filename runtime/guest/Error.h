//===- Error.h - the text of the last error -----------------------------------------------------------------------===//
#pragma once
#include <stdint.h>

namespace wasmind::guest {

/// Begins a new text, "kind: name: what number", and returns -1.
int32_t fail(const char *kind, const char *name, const char *what, int64_t number);

/// Begins a new text, "kind: ".
void beginError(const char *kind);

/// Append to the text; what does not fit in its 2047 bytes is cut off.
void appendText(const char *text);
void appendNumber(int64_t number);
/// "(2, 3)"
void appendShape(const int32_t *extents, int32_t rank);

inline constexpr char typeError[] = "TypeError", valueError[] = "ValueError", memoryError[] = "MemoryError";

} // namespace wasmind::guest

extern "C" {
/// The text of the last error, UTF-8 and NUL-terminated; "" when there was none. Valid until the next call.
const char *wasmind_error();
}
