// What compilers call for copies they do not write out themselves: objects built without bulk memory, and code that
// compares. Weak, so that a C library in the same link has precedence.
#include <stddef.h>
#include <stdint.h>

#define WASMIND_FUNCTION extern "C" __attribute__((weak, no_builtin))

WASMIND_FUNCTION void *memmove(void *to, const void *from, size_t byteLength) {
  // memory.copy, which permits any overlap; written out, as the builtin may become a call of this very function.
  __asm__("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\tmemory.copy 0, 0" ::"r"(to), "r"(from), "r"(byteLength)
          : "memory");
  return to;
}

WASMIND_FUNCTION void *memcpy(void *to, const void *from, size_t byteLength) { return memmove(to, from, byteLength); }

WASMIND_FUNCTION void *memset(void *to, int value, size_t byteLength) {
  __asm__("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\tmemory.fill 0" ::"r"(to), "r"(value), "r"(byteLength)
          : "memory");
  return to;
}

WASMIND_FUNCTION int memcmp(const void *left, const void *right, size_t byteLength) {
  const uint8_t *a = static_cast<const uint8_t *>(left), *b = static_cast<const uint8_t *>(right);
  for (; byteLength; --byteLength, ++a, ++b)
    if (*a != *b)
      return *a - *b;
  return 0;
}
