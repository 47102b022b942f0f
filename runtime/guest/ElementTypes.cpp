#include "runtime/guest/ElementTypes.h"

namespace wasmind::guest {

// Two tables of abi.def, both in the order of the codes: the first has names and sizes, the second DLPack's numbers.
namespace {
struct Written {
  const char *name;
  uint8_t byteWidth;
};
constexpr Written written[] = {
    {"?", 0},
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray) {name, byteWidth},
#include "abi/abi.def"
};
struct Numbers {
  uint8_t code, bits;
};
constexpr Numbers numbers[] = {
    {255, 0},
#define WASMIND_DLPACK(enumerator, name, typeCode, bits) {typeCode, bits},
#include "abi/abi.def"
};
static_assert(sizeof(written) / sizeof(written[0]) == ElementTypeCount);
static_assert(sizeof(numbers) / sizeof(numbers[0]) == ElementTypeCount);

struct Table {
  ElementTypeFacts facts[ElementTypeCount];
};
} // namespace

static constexpr ElementTypeFacts facts(int code) {
  ElementTypeFacts result = {};
  for (int i = 0; i < 4 && written[code].name[i]; ++i)
    result.name[i] = written[code].name[i];
  result.byteWidth = written[code].byteWidth;
  result.dlpack = uint16_t(numbers[code].code | numbers[code].bits << 8);
  return result;
}

extern constexpr ElementTypeFacts elementTypes[ElementTypeCount] = {
    facts(0), facts(1), facts(2), facts(3),  facts(4),  facts(5),  facts(6),
    facts(7), facts(8), facts(9), facts(10), facts(11), facts(12), facts(13),
};
static_assert(ElementTypeCount == 14, "one fact per row of abi.def");

} // namespace wasmind::guest
