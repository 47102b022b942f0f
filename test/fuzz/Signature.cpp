// Any bytes as a module: its sections and its signature. What is accepted keeps the contract and survives a round trip.
#include "abi/Signature.h"
#include "abi/WasmSections.h"
#include <cstdint>
#include <cstdlib>

using namespace wasmind::abi;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byteLength) {
  auto section = findCustomSection({bytes, byteLength}, sectionName);
  // Text that stands in no module is a case as well: the mutator then spends nothing on the module around it.
  std::string_view json(reinterpret_cast<const char *>(bytes), byteLength);
  if (section)
    json = {reinterpret_cast<const char *>(section->data()), section->size()};
  auto signature = parseSignature(json);
  if (!signature)
    return 0;
  if (validate(*signature))
    std::abort();
  auto again = parseSignature(writeSignature(*signature));
  if (!again || writeSignature(*again) != writeSignature(*signature))
    std::abort();
  return 0;
}
