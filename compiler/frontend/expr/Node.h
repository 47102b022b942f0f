//===- Node.h - what expressions and tensors are made of ---------------------------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Slides.h"

namespace wasmind::te {

enum class NodeKind : uint8_t {
  Literal,
  Constant,
  Axis,
  Var,
  Load,
  Unary,
  Binary,
  Compare,
  Select,
  Cast,
  Reduce,
  Failure
};
enum class UnaryKind : uint8_t {
  Neg,
  Not,
#define WASMIND_TE_UNARY(function, kind, takes) kind,
#include "compiler/frontend/expr/Functions.def"
};
enum class BinaryKind : uint8_t {
  Add,
  Sub,
  Mul,
  And,
  Or,
  Xor,
  ShiftLeft,
  ShiftRight,
#define WASMIND_TE_BINARY(function, kind, takes) kind,
#include "compiler/frontend/expr/Functions.def"
};
enum class CompareKind : uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };
enum class ReduceKind : uint8_t { Sum, Prod, Max, Min, And, Or };

/// Immutable. Trees share parts: whoever walks one remembers what it has seen.
struct Node {
  NodeKind kind;
  DType dtype = DType::I32;
  uint8_t function = 0;   ///< a UnaryKind, BinaryKind, CompareKind or ReduceKind
  bool isFloat = false;   ///< of literals and constants: `number` holds the value, else `integer`
  bool isReduced = false; ///< of axes: made by reduce_axis
  uint32_t depth = 1;     ///< longest way down, through tensors too; at most maxDepth
  int64_t integer = 0;    ///< the low 64 bits
  double number = 0;
  std::string name = {}; ///< of an axis or var; of a failure: the reason
  std::vector<Expr> operands =
      {};                      ///< Load: the indices. Reduce: the element. Axis: the extent. Select: condition first.
  std::vector<Axis> axes = {}; ///< of Reduce
  std::shared_ptr<const TensorNode> tensor = {}; ///< of Load

  UnaryKind unary() const { return UnaryKind(function); }
  BinaryKind binary() const { return BinaryKind(function); }
  CompareKind compare() const { return CompareKind(function); }
  ReduceKind reduce() const { return ReduceKind(function); }
};

/// A convolution or windows of whole tensors.
struct SlideNode {
  std::vector<Tensor> operands; ///< the input, and the weights of a convolution
  std::vector<Expr> sizes;      ///< of windows
  std::vector<Slide> slides;
  std::optional<ReduceKind> reduces; ///< what windows do; none of a convolution
  bool isDepthwise = false;
};

struct TensorNode {
  std::string name = {};
  DType dtype = DType::F32;
  std::vector<Expr> shape = {};
  std::vector<Axis> axes = {};                 ///< one per dimension, when it is computed
  std::optional<Expr> body = {};               ///< the formula for its elements
  std::shared_ptr<const SlideNode> slide = {}; ///< what it is instead of a formula
  std::string error = {};
  uint32_t depth = 1;

  bool isComputed() const { return body || slide; } ///< else a placeholder
};

/// Formulas nested deeper are refused, so that walking and freeing them fits every stack.
inline constexpr uint32_t maxDepth = 4096;

inline bool isFloat(DType dtype) {
  return dtype == DType::F32 || dtype == DType::F64 || dtype == DType::F16 || dtype == DType::BF16;
}
inline bool isInteger(DType dtype) { return !isFloat(dtype) && dtype != DType::Bool; }
inline bool isUnsigned(DType dtype) {
  return dtype == DType::U8 || dtype == DType::U16 || dtype == DType::U32 || dtype == DType::U64;
}

/// The formula of a node, cut at about `limit` characters.
std::string textOf(const Node &node, size_t limit = 120);

} // namespace wasmind::te
