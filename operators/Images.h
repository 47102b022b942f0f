//===- Images.h - operators of images -----------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Slides.h"
#include "operators/Library.h"

namespace wasmind::operators {

/// A function of runtime/guest, `wasmind_<function>`, that takes `tensors` and then `lists`, which are i64 vectors.
/// \param variants  element types of the tensors and the result. \param kernels  none: it does without.
inline Operator ofImages(std::string name, const std::string &function, const std::vector<std::string> &tensors,
                         const std::vector<std::string> &lists, std::vector<abi::Attribute> attributes,
                         std::vector<abi::Variant> variants, std::vector<Operator::Definition> kernels = {}) {
  Operator each;
  each.name = std::move(name);
  each.family = kernels.empty() ? Family::Movement : Family::Composite;
  each.function = "wasmind_" + function;
  each.inputs = tensors;
  each.inputs.insert(each.inputs.end(), lists.begin(), lists.end());
  each.attributes = std::move(attributes);
  each.variants = std::move(variants);
  for (abi::Variant &variant : each.variants)
    variant.inputs.resize(each.inputs.size(), DType::I64);
  each.kernels = std::move(kernels);
  return each;
}

/// One tensor and a result of its type.
inline std::vector<abi::Variant> ofOneType(const std::vector<DType> &types) {
  std::vector<abi::Variant> variants;
  for (DType type : types)
    variants.push_back({{type}, {type}});
  return variants;
}

/// The first vars of a kernel with windows that slide over rows and columns, in the order of the guest's Slides.
struct Sliding {
  te::Var rows = te::var("rows"), columns = te::var("columns");
  te::Var rowStride = te::var("row_stride"), columnStride = te::var("column_stride");
  te::Var rowPad = te::var("row_pad"), columnPad = te::var("column_pad");
  te::Var rowDilation = te::var("row_dilation"), columnDilation = te::var("column_dilation");

  std::vector<te::Var> vars() const {
    return {rows, columns, rowStride, columnStride, rowPad, columnPad, rowDilation, columnDilation};
  }
  std::vector<Expr> extents() const { return {rows, columns}; }
  std::vector<te::Slide> slides() const {
    return {{rowStride, rowPad, rowDilation}, {columnStride, columnPad, columnDilation}};
  }
};

/// A placeholder [N, H, W, C].
inline te::Tensor images(DType type) {
  return te::placeholder({te::var("batch"), te::var("height"), te::var("width"), te::var("channels")}, type, "a");
}

} // namespace wasmind::operators
