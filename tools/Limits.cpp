//===- Limits.cpp -------------------------------------------------------------------------------------------------===//
#include "tools/Limits.h"
#include "operators/Library.h"
#include <fstream>

// bench/limits.cpp, compiled. Not #embed, as ccache 4.7 does not see that the file changed.
__asm__(".pushsection .rodata\n"
        "limitsObject: .incbin \"limits.o\"\n"
        "limitsObjectEnd:\n"
        ".popsection\n");
extern "C" const char limitsObject[], limitsObjectEnd[];

namespace wasmind::tools {

std::string buildLimits(const TemporaryFolder &folder) {
  LibraryOptions limits;
  limits.links = {{folder.file("limits.o")}};
  std::ofstream(limits.links[0].path, std::ios::binary).write(limitsObject, limitsObjectEnd - limitsObject);
  limits.relaxedSimd = true;
  limits.module = folder.file("limits.wasm");
  if (std::string error = buildLibrary(limits).error; !error.empty())
    throw Refusal(error);
  return limits.module;
}

} // namespace wasmind::tools
