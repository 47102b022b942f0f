//===- Make.h - making nodes and tensors, and what is refused where they are made --------------------------------===//
#pragma once
#include "compiler/frontend/expr/Node.h"

namespace wasmind::te {

/// An expression that is none, for this reason.
Expr fail(std::string reason);
/// The node as an expression; the failure of an operand instead, where one has failed.
Expr make(Node node);
/// The tensor with its extents settled; wrong where one of them is no extent.
Tensor tensorOf(TensorNode node);

bool isLiteral(const Expr &x);
Expr literalOf(bool isFloat, int64_t integer, double number);
/// A constant: `number` of float types, else `integer`.
Expr constant(DType dtype, int64_t integer, double number);
/// A literal as a constant of this type.
Expr adapted(const Expr &literal, DType dtype);
/// What a literal is when nothing gives it a type; everything else as it is.
Expr settled(const Expr &x);

struct Range {
  int64_t low;
  uint64_t high;
};
/// The values of an integer type or bool.
Range rangeOf(DType dtype);

/// Why `extent` is no integer, or "". \param noun  what it is called.
std::string extentFault(const Expr &extent, std::string_view noun = "extent");

std::string quoted(std::string_view text);
std::string wordOf(DType dtype);

} // namespace wasmind::te
