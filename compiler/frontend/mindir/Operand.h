//===- Operand.h - what a name in a MindIR graph can stand for ----------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Schema.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <memory>

namespace wasmind::mindir {

struct Frame;

/// A tensor, or one of the things that exist only while the graph is read: numbers, tuples, monads, functions.
/// Cheap to copy; elements of sequences are shared and never changed.
class Operand {
public:
  enum class Kind {
    Nothing,  ///< MindSpore's None
    Monad,    ///< orders side effects; carries no value
    Tensor,   ///< a value of the graph module
    Constant, ///< a tensor in the file
    Integer,  ///< of the Python kind
    Extent,   ///< an integer known at run time: an expression over the named dimensions
    Number,   ///< a Python float
    Boolean,
    Text,
    Type,        ///< a dtype
    Sequence,    ///< tuple or list
    Closure,     ///< a function and its first arguments (elements)
    Choice,      ///< Switch: elements are condition, value if true, value if false
    Again,       ///< a call of the header of a loop that is being read: elements are its arguments
    Turn,        ///< the end of a loop's turn, see Loops.cpp
    Unavailable, ///< a result that is not computed; text says which
  };

  Operand() = default;
  Operand(mlir::Value tensor) : kind(Kind::Tensor), tensor(tensor) {}

  static Operand monad() { return Operand(Kind::Monad); }
  static Operand constant(const TensorProto &proto);
  static Operand integer(int64_t value);
  static Operand extent(mlir::AffineExpr expression); ///< an Integer when the expression is constant
  static Operand number(double value);
  static Operand boolean(bool value);
  static Operand text(llvm::StringRef value); ///< must outlive the operand
  static Operand type(DataType value);
  static Operand sequence(llvm::ArrayRef<Operand> elements, Kind kind = Kind::Sequence);
  static Operand tuple(std::initializer_list<Operand> elements) { return sequence(elements); }
  static Operand closure(const GraphProto &function, std::shared_ptr<Frame> environment, llvm::ArrayRef<Operand> bound);
  static Operand again(const GraphProto &header, llvm::ArrayRef<Operand> arguments);
  static Operand turn(const GraphProto &header, std::initializer_list<Operand> parts);
  static Operand unavailable(llvm::StringRef what); ///< must outlive the operand

  bool is(Kind other) const { return kind == other; }
  bool isTensor() const { return kind == Kind::Tensor || kind == Kind::Constant; }
  bool hasElements() const;
  llvm::ArrayRef<Operand> elements() const;
  /// Leaves below this one, counted with repetition; a tuple of tuples of ... can have more than memory holds.
  uint64_t leafCount() const { return leaves; }
  unsigned depth() const { return nesting; }
  /// The same kind of thing with other elements.
  Operand withElements(llvm::ArrayRef<Operand> elements) const;
  llvm::StringRef kindName() const; ///< "a tuple", for messages

  Kind kind = Kind::Nothing;
  mlir::Value tensor;                      ///< Tensor
  const TensorProto *proto = nullptr;      ///< Constant
  const GraphProto *function = nullptr;    ///< Closure; Again, Turn: the loop header
  std::shared_ptr<Frame> environment;      ///< Closure: where the function's free names are looked up
  int64_t integerValue = 0;                ///< Integer, Boolean
  double numberValue = 0;                  ///< Number
  DataType dataType = DataType::Undefined; ///< Type
  mlir::AffineExpr expression;             ///< Extent
  llvm::StringRef string;                  ///< Text, Unavailable

private:
  explicit Operand(Kind kind) : kind(kind) {}
  std::shared_ptr<const std::vector<Operand>> list;
  uint64_t leaves = 1;
  unsigned nesting = 0;
};

/// The value of an attribute; none when it has a form that inference graphs do not have. Reads both encodings: typed
/// (since 2.0) and `ref_attr_name` (before).
std::optional<Operand> decode(const AttributeProto &attribute);

/// A dtype given as `TypeId` number (mindapi/base/type_id.h).
DataType dataTypeOfTypeId(int64_t typeId);

/// Calls `use` on each leaf that is not a sequence.
void forEachLeaf(const Operand &operand, llvm::function_ref<void(const Operand &)> use);
/// The operand with each leaf replaced by what `change` gives; also looks into whatever else has elements.
Operand mapLeaves(const Operand &operand, llvm::function_ref<Operand(const Operand &)> change);

} // namespace wasmind::mindir
