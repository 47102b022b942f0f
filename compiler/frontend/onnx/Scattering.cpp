#include "compiler/frontend/onnx/Scattering.h"
#include "llvm/ADT/StringSwitch.h"

namespace wasmind::onnx {

std::optional<ScatterKind> scatterKind(Node &node) {
  const std::string reduction = node.string("reduction", "none");
  auto kind = llvm::StringSwitch<std::optional<ScatterKind>>(reduction)
                  .Case("none", ScatterKind::Set)
                  .Case("add", ScatterKind::Add)
                  .Case("mul", ScatterKind::Mul)
                  .Case("max", ScatterKind::Max)
                  .Case("min", ScatterKind::Min)
                  .Default(std::nullopt);
  if (!kind)
    return node.fail("attribute 'reduction' = '" + reduction + "' is not one of none, add, mul, max, min");
  return kind;
}

} // namespace wasmind::onnx
