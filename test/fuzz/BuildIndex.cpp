// Any bytes as an index of builds. What is accepted names files of its folder only, and survives a round trip.
#include "abi/BuildIndex.h"
#include "abi/Signature.h"
#include <cstdint>
#include <cstdlib>

using namespace wasmind::abi;

static bool isGood(const IndexedFile &file) { return isPlainFileName(file.name) && isSha256(file.sha256); }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byteLength) {
  auto index = parseBuildIndex({reinterpret_cast<const char *>(bytes), byteLength});
  if (!index)
    return 0;
  if (index->builds.empty() || index->builds.size() > maxBuildCount)
    std::abort();
  for (const Build &build : index->builds)
    if (!isGood(build.module) || (build.weights && !isGood(*build.weights)))
      std::abort();
  auto again = parseBuildIndex(writeBuildIndex(*index));
  if (!again || writeBuildIndex(*again) != writeBuildIndex(*index))
    std::abort();
  return 0;
}
