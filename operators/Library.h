//===- Library.h - the operators of the library -------------------------------------------------------------------===//
//
// Every other file of this folder defines operators: a function of the file's name returns them. Adding a file adds its
// operators; nothing else needs an edit.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/Operators.h"

namespace wasmind::operators {

/// All of them, by name.
const std::vector<Operator> &all();

using DType = abi::DType;
using te::Expr;

// Sets of element types.
inline const std::vector<DType> floats{DType::F32, DType::F64, DType::F16};
inline const std::vector<DType> integers{DType::I32, DType::I8, DType::U8, DType::I16, DType::I64};
/// What arithmetic is defined on: floats, then integers.
const std::vector<DType> &numbers();
/// Numbers and bool.
const std::vector<DType> &everything();

/// An elementwise operator whose result has the inputs' type, or `result` where that is given.
Operator elementwise(std::string name, std::vector<std::string> inputs, const std::vector<DType> &types,
                     std::function<Expr(const std::vector<Expr> &)> formula,
                     std::vector<abi::Attribute> attributes = {}, std::optional<DType> result = std::nullopt);
/// The same of one or two inputs, called `a` and `b`.
Operator unary(std::string name, const std::vector<DType> &types, std::function<Expr(Expr)> formula);
Operator binary(std::string name, const std::vector<DType> &types, std::function<Expr(Expr, Expr)> formula,
                std::optional<DType> result = std::nullopt);

/// A scalar, or the elements of a tensor, in another type; itself where it has that type.
Expr converted(DType type, Expr x);
te::Tensor converted(DType type, const te::Tensor &tensor);

/// The type of the sums of products: i32 for i8 and u8, f32 for f16.
DType summedIn(DType type);

/// Along an axis: `define` gets the matrix [rows, n] and further inputs as vectors [n], all in f32 where they are f16;
/// the result is rounded once.
using RowDefinition = std::function<te::Tensor(const std::vector<te::Tensor> &, te::Expr rows, te::Expr n)>;
Operator row(std::string name, std::vector<std::string> inputs, const std::vector<DType> &types, RowDefinition define,
             std::vector<abi::Attribute> attributes = {});
/// A reduction over any axes, the i64 vector `axes`: its element from a function of the position along them, likewise.
using ReductionDefinition = std::function<Expr(const std::function<Expr(Expr)> &element, te::Axis axis)>;
Operator reduction(std::string name, const std::vector<DType> &types, ReductionDefinition define);

/// Kernels and the function of runtime/guest that calls them, `wasmind_<function>`; inputs and outputs have one type.
Operator composite(std::string name, const std::string &function, std::vector<std::string> inputs,
                   const std::vector<DType> &types, std::vector<Operator::Definition> kernels,
                   std::vector<abi::Attribute> attributes = {}, std::vector<std::string> outputs = {"out"});
/// The kernels that dense and recurrent layers multiply with (runtime/guest/composite/DenseProduct.h), in the types of
/// the variant's inputs 0 to 2 and output 0: of rows, and of one row.
std::vector<Operator::Definition> denseProducts();

} // namespace wasmind::operators
