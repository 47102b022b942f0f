#include "compiler/frontend/onnx/Importer.h"

// Operators.inc is generated from the names of the files in ops/.
namespace wasmind::onnx {

#define OPERATOR(function, name) Results convert##function(Node &node);
#include "Operators.inc"
#undef OPERATOR

Converter findConverter(llvm::StringRef domain, llvm::StringRef kind) {
  static const llvm::StringMap<Converter> converters = {
#define OPERATOR(function, name) {name, convert##function},
#include "Operators.inc"
#undef OPERATOR
  };
  auto found = converters.find(domain.empty() ? kind.str() : (domain + "." + kind).str());
  return found == converters.end() ? nullptr : found->second;
}

std::vector<std::string> supportedOperators() {
  std::vector<std::string> names = {
#define OPERATOR(function, name) name,
#include "Operators.inc"
#undef OPERATOR
  };
  llvm::sort(names);
  return names;
}

} // namespace wasmind::onnx
