//===- Importer.h - one import while it runs ----------------------------------------------------------------------===//
#pragma once
#include "compiler/diagnostics/FirstError.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/mindir/ModelFiles.h"
#include "compiler/frontend/mindir/Operator.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include <deque>

namespace wasmind::mindir {

/// The names of one function while it is read: inlining a function twice makes two frames. Names that a frame does not
/// have are looked up around it, since functions may use their parents' values freely.
struct Frame {
  const GraphProto *function = nullptr;
  std::shared_ptr<Frame> around;
  llvm::StringMap<Operand> values;
  llvm::StringMap<std::pair<llvm::StringRef, bool>>
      shares; ///< whose memory a name stands for, and whether it is a view
};

/// Emits the model's graph into a function. Functions of the model are inlined; recursion becomes loops
/// (ControlFlow.cpp).
class Importer : NodeContext {
public:
  /// `sameAxis`: open extents of equal axis are taken to be one dimension, named by the first input.
  Importer(mlir::MLIRContext &context, ModelFiles &files, const ModelProto &model,
           const frontend::ImportOptions &options, bool sameAxis);
  ~Importer();

  /// The module, or an error without the file's name.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

  std::vector<std::string> notes;
  std::vector<std::shared_ptr<void>> keepAlive; ///< the bytes of inputs that are constants
  bool hasOpenExtents = false;                  ///< on more than one input
  frontend::Measured measured;                  ///< extents that the run computes

  llvm::Expected<Value> materialize(const TensorProto &tensor) override;
  llvm::Expected<Integers> integers(const TensorProto &tensor) override;
  AffineExpr measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max) override {
    knownDims.insert(name);
    return measured.measure(compose, scalar, name, max);
  }
  void note(const llvm::Twine &text) override { noted.push_back(text.str()); }
  std::optional<uint64_t> seed() const override { return options.seed; }

private:
  using Result = llvm::Expected<Operand>;

  // --- Inputs.cpp
  llvm::Error refuseUnknownDims();
  llvm::Error declareInputs(mlir::func::FuncOp function, std::vector<Operand> &arguments);
  /// The network's inputs, of which `tensorOf` gives the tensors.
  llvm::Error readInputs(llvm::function_ref<llvm::Expected<Operand>(const TensorProto &, llvm::StringRef)> tensorOf,
                         std::vector<Operand> &arguments);
  llvm::Expected<frontend::Input> readInput(const TensorProto &tensor, llvm::StringRef name);
  llvm::Expected<Type> typeOfInput(const frontend::Input &input);

  // --- Importer.cpp
  mlir::DictionaryAttr countOperators() const;
  Result evaluate(const GraphProto &function, llvm::ArrayRef<Operand> arguments, std::shared_ptr<Frame> around);
  llvm::Expected<std::shared_ptr<Frame>> enter(const GraphProto &function, llvm::ArrayRef<Operand> arguments,
                                               std::shared_ptr<Frame> around);
  llvm::Error readNode(const NodeProto &node, const std::shared_ptr<Frame> &frame);
  Result readConstant(const NodeProto &node);
  Result readOperator(llvm::StringRef primitive, const NodeProto &node, const PrimitiveProto *shared,
                      const std::shared_ptr<Frame> &frame);
  /// What an operator gave, or its error, or that the file declares something else.
  Result checked(Node &view, const Operand &result);
  Result lookUp(llvm::StringRef name, const std::shared_ptr<Frame> &frame);
  std::optional<Operand> find(llvm::StringRef name, const std::shared_ptr<Frame> &frame);
  Result resultOf(const std::shared_ptr<Frame> &frame);

  // --- Inplace.cpp
  void noteSharing(llvm::StringRef primitive, const NodeProto &node, Frame &frame);
  llvm::Error overwrite(const NodeProto &node, const Operand &result, Frame &frame);

  // --- ControlFlow.cpp
  Result call(const Operand &callee, llvm::ArrayRef<Operand> arguments);
  Result callChoice(const Operand &choice, llvm::ArrayRef<Operand> arguments);
  /// What the way that is taken gives; `read` reads one into the block at the insertion point, 0 where `condition`
  /// holds.
  Result branch(Value condition, llvm::function_ref<Result(unsigned way)> read);
  Result merge(const Operand &a, const Operand &b, mlir::Block *inA, mlir::Block *inB, llvm::SmallVector<Value> &fromA,
               llvm::SmallVector<Value> &fromB);
  llvm::Expected<Value> asTensor(const Operand &operand);
  llvm::Expected<Value> asCondition(const Operand &operand);

  // --- Loops.cpp
  Result loop(const GraphProto &header, llvm::ArrayRef<Operand> arguments, std::shared_ptr<Frame> around);
  struct Header;
  llvm::Expected<Header> readHeader(const GraphProto &header, llvm::ArrayRef<Operand> arguments,
                                    std::shared_ptr<Frame> around);
  bool isRecursive(const GraphProto &function);
  bool reaches(const GraphProto &from, const GraphProto &target);
  bool isOpenLoop(const GraphProto &function) const;
  Result endOfTurn(const Operand &operand, size_t loop);
  llvm::Error alignTurns(Operand (&results)[2], mlir::Block *const (&blocks)[2]);
  Result zerosLike(const Operand &operand, mlir::Operation *around);

  mlir::MLIRContext &context;
  ModelFiles &files;
  const ModelProto &model;
  const frontend::ImportOptions &options;
  const bool sameAxis;

  llvm::StringMap<const PrimitiveProto *> primitives;
  llvm::StringMap<const GraphProto *> functions;
  llvm::StringMap<const TensorProto *> weights;      // by full name
  llvm::StringMap<const TensorProto *> weightsByKey; // by ref_key
  llvm::StringMap<const NodeProto *> constants;      // of all functions: names of constants are unique in the file
  llvm::DenseMap<const TensorProto *, Value> materialized;
  std::deque<TensorProto> given; // inputs that are constants

  Compose compose;
  mlir::Block *entry = nullptr;
  struct OpenLoop {
    const GraphProto *header;
    std::shared_ptr<Frame> around;
    mlir::Location location;
  };
  llvm::SmallVector<OpenLoop> openLoops;        // whose bodies are being read, innermost last
  llvm::SmallVector<const GraphProto *> opened; // headers that are being read themselves
  std::vector<std::string> noted;               // of the node that is being read
  FirstError firstError;                        // of MLIR since the current node began
  llvm::DenseMap<const GraphProto *, std::vector<const GraphProto *>> callees;
  llvm::DenseMap<const GraphProto *, bool> inCycle;
  llvm::StringSet<> knownDims, usedDims; // names of open extents; options that were used
  llvm::StringSet<> stateDims;           // those that a state has
  llvm::StringSet<> inputNames;
  std::vector<std::weak_ptr<Frame>> frames;              // all that were entered
  llvm::DenseMap<const void *, std::string> overwritten; // arguments that functions changed, and the node that did
  size_t nodesRead = 0;
  unsigned depth = 0; // of calls
  llvm::Error deeper();
};

/// Why a primitive has no file in ops/, and what to do.
std::string refusalOf(llvm::StringRef primitive);
/// The primitive that computes what an in-place one leaves in its first input; "" for primitives that change nothing.
llvm::StringRef functionalName(llvm::StringRef primitive);
/// What two operands have in common that are one tensor.
const void *identityOf(const Operand &tensor);
/// A closure with more arguments bound.
Operand bind(const Operand &closure, llvm::ArrayRef<Operand> arguments);
/// Whether two operands without elements are one thing.
bool isSame(const Operand &a, const Operand &b);
/// Puts `values` where `skeleton` has tensors without value.
Operand fillIn(const Operand &skeleton, mlir::ValueRange values);
/// The part of a parameter's name that the user knows: "graph:name" is `name`.
llvm::StringRef userName(llvm::StringRef name);
/// A name made safe for one-line messages.
std::string printable(llvm::StringRef name);
/// A node's name in messages: its scope, as "Default/conv1-Conv2d/Conv2D-op1".
std::string nameOf(const NodeProto &node);

} // namespace wasmind::mindir
