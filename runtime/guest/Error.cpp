#include "runtime/guest/Error.h"

namespace wasmind::guest {

static char text[2048];
static uint32_t length;

void appendText(const char *more) {
  while (*more && length < sizeof(text) - 1)
    text[length++] = *more++;
  text[length] = 0;
}

void appendNumber(int64_t number) {
  char digits[24];
  char *at = digits + sizeof(digits);
  *--at = 0;
  uint64_t rest = number < 0 ? -uint64_t(number) : uint64_t(number);
  do
    *--at = char('0' + rest % 10);
  while (rest /= 10);
  if (number < 0)
    *--at = '-';
  appendText(at);
}

void appendShape(const int32_t *extents, int32_t rank) {
  appendText("(");
  for (int32_t axis = 0; axis < rank; ++axis) {
    if (axis)
      appendText(", ");
    appendNumber(extents[axis]);
  }
  appendText(")");
}

void beginError(const char *kind) {
  length = 0;
  appendText(kind);
  appendText(": ");
}

int32_t fail(const char *kind, const char *name, const char *what, int64_t number) {
  beginError(kind);
  appendText(name);
  appendText(": ");
  appendText(what);
  appendText(" ");
  appendNumber(number);
  return -1;
}

} // namespace wasmind::guest

extern "C" const char *wasmind_error() { return wasmind::guest::text; }
