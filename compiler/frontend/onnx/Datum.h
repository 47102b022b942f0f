//===- Datum.h - what a name of a model stands for: a tensor, a sequence of tensors, an empty optional ------------===//
//
// The graph has tensors only. How many of them a sequence holds, and whether an optional holds anything, is known while
// a model is imported, so both end here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>
#include <variant>

namespace wasmind::onnx {

/// Tensors of one element type and any shapes, in order.
struct Sequence {
  llvm::SmallVector<mlir::Value> tensors;
  mlir::Type element; ///< null where nothing says it, of an empty sequence
};

/// A tensor cut along one dimension into parts of one extent, of which the last may be smaller: a sequence whose length
/// only the run knows. It can be read from and joined again.
struct Parts {
  mlir::Value whole;
  int64_t dim = 0;
  mlir::AffineExpr extent; ///< of a part
  bool keepsDim = true;    ///< else parts of extent 1 are without the dimension
};

/// An optional that holds nothing.
struct EmptyOptional {};

/// An optional that holds something is what it holds.
class Datum : public std::variant<mlir::Value, Sequence, Parts, EmptyOptional> {
public:
  Datum(mlir::Value tensor = {}) : variant(tensor) {}
  Datum(Sequence sequence) : variant(std::move(sequence)) {}
  Datum(Parts parts) : variant(parts) {}
  Datum(EmptyOptional empty) : variant(empty) {}
  /// Whether there is anything: a null value is none.
  explicit operator bool() const { return !std::holds_alternative<mlir::Value>(*this) || tensor(); }

  bool isTensor() const { return std::holds_alternative<mlir::Value>(*this); }
  bool isEmptyOptional() const { return std::holds_alternative<EmptyOptional>(*this); }
  /// Null when it is no tensor.
  mlir::Value tensor() const { return isTensor() ? std::get<mlir::Value>(*this) : mlir::Value(); }
  /// Null when it is no sequence.
  const Sequence *sequence() const { return std::get_if<Sequence>(this); }

  /// Null when it is none.
  const Parts *parts() const { return std::get_if<Parts>(this); }

  /// Every tensor in it; the whole of parts.
  llvm::MutableArrayRef<mlir::Value> tensors() {
    if (auto *sequence = std::get_if<Sequence>(this))
      return sequence->tensors;
    if (auto *parts = std::get_if<Parts>(this))
      return parts->whole;
    auto *tensor = std::get_if<mlir::Value>(this);
    return tensor ? llvm::MutableArrayRef<mlir::Value>(*tensor) : llvm::MutableArrayRef<mlir::Value>();
  }
  llvm::ArrayRef<mlir::Value> tensors() const { return const_cast<Datum *>(this)->tensors(); }
  /// "a tensor", "a sequence of 3 tensors", "an empty optional".
  std::string text() const {
    if (isTensor())
      return "a tensor";
    if (isEmptyOptional())
      return "an empty optional";
    if (parts())
      return "a sequence whose length only the run knows";
    const size_t count = sequence()->tensors.size();
    return count == 0 ? "an empty sequence"
                      : "a sequence of " + std::to_string(count) + (count == 1 ? " tensor" : " tensors");
  }
};

using Data = llvm::SmallVector<Datum>;

/// The tensors of all, one after the other.
inline llvm::SmallVector<mlir::Value> flatten(llvm::ArrayRef<Datum> data) {
  llvm::SmallVector<mlir::Value> tensors;
  for (const Datum &datum : data)
    llvm::append_range(tensors, datum.tensors());
  return tensors;
}

/// Data like those given, with other tensors.
inline Data rebuild(llvm::ArrayRef<Datum> like, llvm::ArrayRef<mlir::Value> tensors) {
  Data data(like);
  for (Datum &datum : data)
    for (mlir::Value &tensor : datum.tensors()) {
      tensor = tensors.front();
      tensors = tensors.drop_front();
    }
  return data;
}

/// Whether both are tensors, sequences of one length that is known, or empty optionals.
inline bool haveOneForm(const Datum &a, const Datum &b) {
  return a.index() == b.index() && !a.parts() && a.tensors().size() == b.tensors().size();
}

} // namespace wasmind::onnx
