//===- ElementTypes.h - the contract's name of a graph's element type ---------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include "mlir/IR/BuiltinTypes.h"
#include <string>

namespace wasmind {

/// Of an element type of the graph dialect.
inline abi::DType dtypeOf(mlir::Type element) {
  std::string name;
  if (element.isBF16())
    name = "bf16";
  else if (auto type = mlir::dyn_cast<mlir::FloatType>(element))
    name = "f" + std::to_string(type.getWidth());
  else if (element.isInteger(1))
    name = "bool";
  else
    name = (element.isUnsignedInteger() ? "u" : "i") + std::to_string(element.getIntOrFloatBitWidth());
  return *abi::parseDType(name);
}

} // namespace wasmind
