// A heap of blocks that know their neighbours (boundary tags: Knuth, The Art of Computer Programming 1, section 2.5),
// with free blocks in lists by size: four lists per power of two. A request takes the best fit of its own list, else
// any block of the next list that has one; what is left over is a block again, and freed neighbours become one.
//
//   | header 16 | payload, aligned to 64 ............ | header 16 | payload ...
//   ^ address is 48 modulo 64; block sizes are multiples of 64
#include "runtime/guest/Memory.h"
#include "runtime/guest/Error.h"
#include "runtime/guest/Operator.h"

extern "C" char __heap_base, __heap_end; // of the linker: after the static data; end of the initial memory

namespace wasmind::guest {

namespace {
struct Block {
  uint32_t byteLength;         ///< with the header; 0: the mark at the end of the heap
  uint32_t previousByteLength; ///< of the block before; 0: the first one
  uint32_t tag;                ///< tells a header from other bytes, and whether the block is free
  uint32_t unused;
  Block *next, *previous; ///< of a free block: its list
};
constexpr uint32_t headerByteLength = 16, granule = 64, pageByteLength = 65536;
/// The end mark, and room behind the last block: kernels load whole vectors, also where a tensor ends.
constexpr uint32_t endByteLength = headerByteLength + slackByteLength;
constexpr uint32_t listCount = 32;
constexpr uint32_t usedTag = 0x5eed0a11, freeTag = 0xf4eeb10c;
} // namespace

static Block *lists[listCount];
static uint32_t nonEmpty; ///< a bit per list
static uintptr_t heapBegin, heapEnd;

static uint32_t tagOf(const Block *block, uint32_t kind) {
  return kind ^ uint32_t(reinterpret_cast<uintptr_t>(block)) ^ block->byteLength;
}
static Block *at(uintptr_t address) { return reinterpret_cast<Block *>(address); }
static Block *after(Block *block) { return at(reinterpret_cast<uintptr_t>(block) + block->byteLength); }
static bool isFree(const Block *block) { return block->tag == tagOf(block, freeTag); }

/// Blocks of 2^n to 2^(n + 1) - 1 bytes are in list n.
static uint32_t listOf(uint32_t byteLength) { return 31 - __builtin_clz(byteLength); }

static void insert(Block *block) {
  block->tag = tagOf(block, freeTag);
  uint32_t list = listOf(block->byteLength);
  block->previous = nullptr;
  block->next = lists[list];
  if (block->next)
    block->next->previous = block;
  lists[list] = block;
  nonEmpty |= 1u << list;
}

static void remove(Block *block) {
  block->tag = 0;
  uint32_t list = listOf(block->byteLength);
  if (block->next)
    block->next->previous = block->previous;
  if (block->previous)
    block->previous->next = block->next;
  else if (!(lists[list] = block->next))
    nonEmpty &= ~(1u << list);
}

/// Makes `block`, which is in no list, free, together with free neighbours.
static void release(Block *block) {
  block->tag = 0; // also when it becomes the inside of a larger one
  if (Block *next = after(block); isFree(next)) {
    remove(next);
    block->byteLength += next->byteLength;
  }
  if (block->previousByteLength) {
    Block *previous = at(reinterpret_cast<uintptr_t>(block) - block->previousByteLength);
    if (isFree(previous)) {
      remove(previous);
      previous->byteLength += block->byteLength;
      block = previous;
    }
  }
  after(block)->previousByteLength = block->byteLength;
  insert(block);
}

/// Adds [begin, end) to the heap. `end` is a multiple of the page.
static void extend(uintptr_t begin, uintptr_t end) {
  Block *block;
  if (begin == heapEnd) {
    block = at(heapEnd - endByteLength); // the old end mark
  } else {
    // Someone else grew the memory in between: what lies there is not ours.
    block = at(((begin + headerByteLength + granule - 1) & ~(granule - 1)) - headerByteLength);
    block->previousByteLength = 0;
  }
  Block *mark = at(end - endByteLength);
  block->byteLength = uint32_t(end - endByteLength - reinterpret_cast<uintptr_t>(block));
  mark->byteLength = 0;
  mark->tag = tagOf(mark, usedTag);
  heapEnd = end;
  release(block);
}

/// Grows the memory so that a block of `byteLength` fits. A little more is taken, so that hosts do not have to renew
/// their views of the memory at every call.
static bool grow(uint32_t byteLength) {
  uint32_t pages = uint32_t(__builtin_wasm_memory_size(0));
  uint32_t needed = uint32_t((uint64_t(byteLength) + 3 * granule + pageByteLength - 1) / pageByteLength);
  uint32_t wanted = pages / 8 < 256 ? pages / 8 : 256;
  for (uint32_t more = wanted > needed ? wanted : needed;; more = needed) {
    // The last page is left alone: the address behind it does not fit 32 bits.
    if (uint64_t(pages) + more <= 65535 && __builtin_wasm_memory_grow(0, more) != size_t(-1)) {
      extend(uintptr_t(pages) * pageByteLength, uintptr_t(pages + more) * pageByteLength);
      return true;
    }
    if (more == needed)
      return false;
  }
}

static Block *find(uint32_t byteLength) {
  uint32_t list = listOf(byteLength), later = nonEmpty & (~1u << list);
  Block *best = later ? lists[__builtin_ctz(later)] : nullptr;
  for (Block *block = lists[list]; block; block = block->next) {
    if (block->byteLength == byteLength)
      return block;
    if (block->byteLength > byteLength && (!best || block->byteLength < best->byteLength))
      best = block;
  }
  return best;
}

} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" {

void *wasmind_allocate(uint32_t byteLength) {
  if (byteLength > 0xfff00000u)
    return nullptr;
  uint32_t needed = (byteLength + headerByteLength + granule - 1) & ~(granule - 1);
  if (!heapBegin) {
    heapBegin = reinterpret_cast<uintptr_t>(&__heap_base);
    uintptr_t end = reinterpret_cast<uintptr_t>(&__heap_end) & ~uintptr_t(pageByteLength - 1);
    if (end >= heapBegin + 4 * granule)
      extend(heapBegin, end);
  }
  Block *block = find(needed);
  if (!block) {
    if (!grow(needed))
      return nullptr;
    block = find(needed);
  }
  remove(block);
  if (uint32_t rest = block->byteLength - needed) {
    block->byteLength = needed;
    Block *left = after(block);
    left->byteLength = rest;
    left->previousByteLength = needed;
    after(left)->previousByteLength = rest;
    insert(left);
  }
  block->tag = tagOf(block, usedTag);
  return reinterpret_cast<char *>(block) + headerByteLength;
}

void wasmind_free(void *address) {
  uintptr_t payload = reinterpret_cast<uintptr_t>(address);
  if (!payload)
    return;
  Block *block = at(payload - headerByteLength);
  if (payload % granule || payload < heapBegin + headerByteLength || payload >= heapEnd ||
      block->tag != tagOf(block, usedTag) || !block->byteLength) {
    fail(valueError, "wasmind_free", "nothing is allocated at", int64_t(payload));
    return;
  }
  release(block);
}

void *wasmind_workspace_allocate(uint32_t byteLength) { return wasmind_allocate(byteLength); }

void wasmind_workspace_release(void *workspace) { wasmind_free(workspace); }
}
