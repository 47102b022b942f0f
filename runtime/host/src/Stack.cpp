//===- Stack.cpp - whether a thread's stack is large enough -------------------------------------------------------===//
#include "runtime/host/src/Stack.h"
#include "runtime/host/src/Failure.h"
#include <cstdint>
#include <pthread.h>

namespace wasmind::host {
namespace {

static_assert(WASMIND_LEAST_STACK >= 2 * moduleStackByteLength, "the host's own frames need room, too");

/// The addresses of a thread's stack; the same all its life.
struct Range {
  uintptr_t low = 0, high = 0;

  Range() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
      return; // of the main thread of a process without /proc
    void *address = nullptr;
    size_t byteLength = 0;
    if (pthread_attr_getstack(&attributes, &address, &byteLength) == 0) {
      low = reinterpret_cast<uintptr_t>(address);
      high = low + byteLength;
      // glibc's range begins with the guard, and ends so much too early.
      size_t guard = 0;
      pthread_attr_getguardsize(&attributes, &guard);
      low += guard;
      high += guard;
    }
    pthread_attr_destroy(&attributes);
  }
};

} // namespace

size_t stackLeft() {
  static thread_local const Range range;
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  return here < range.low || here >= range.high ? SIZE_MAX : here - range.low;
}

void failForStack(const std::string &who) {
  throw Failure(WASMIND_LIMIT, who + ": this thread has " + std::to_string(stackLeft() >> 10) +
                                   " KB of stack left where a module needs " +
                                   std::to_string(WASMIND_LEAST_STACK >> 10) + " KB; make the thread with more");
}

} // namespace wasmind::host
