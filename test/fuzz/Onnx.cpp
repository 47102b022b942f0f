// Any bytes as an ONNX model, or (fuzz_onnx_text) any text as one: refused with one line, or imported to a module that
// verifies.
#include "compiler/frontend/onnx/Onnx.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byteLength) {
  // Released after the context: constants of the module may point into it.
  decltype(wasmind::frontend::Imported::keepAlive) keepAlive;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  llvm::StringRef model(reinterpret_cast<const char *>(bytes), byteLength);
#ifdef WASMIND_FUZZ_TEXT
  constexpr bool isText = true;
#else
  constexpr bool isText = false;
#endif
  auto imported = wasmind::onnx::importOnnxBytes(context, model, "fuzz.onnx", "", isText);
  if (!imported) {
    std::string line = llvm::toString(imported.takeError());
    if (line.empty() || line.find('\n') != std::string::npos)
      std::abort();
    return 0;
  }
  keepAlive = imported->keepAlive;
  if (failed(mlir::verify(*imported->module)))
    std::abort();
  return 0;
}
