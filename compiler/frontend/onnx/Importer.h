//===- Importer.h - walks the model's graphs and composes a function ----------------------------------------------===//
#pragma once
#include "compiler/frontend/ExtentFormula.h"
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/onnx/Model.h"
#include "compiler/frontend/onnx/Onnx.h"
#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/StringSet.h"
#include <variant>

namespace wasmind::onnx {

/// "" for ai.onnx, which is its other name.
std::string standardDomain(llvm::StringRef domain);
/// The node's name, else that of its first output.
std::string titleOf(const ::onnx::NodeProto &node);
/// "Conv", "ai.onnx.ml.Scaler".
std::string qualified(const ::onnx::NodeProto &node);

class Importer {
public:
  Importer(std::shared_ptr<Model> model, mlir::MLIRContext &context, const frontend::ImportOptions &options);

  llvm::Expected<frontend::Imported> run();

  // --- for Node
  Compose &compose() { return builder; }
  mlir::ModuleOp module() { return *moduleOp; }
  /// Makes the tensor a constant of the function; it stands before everything else.
  llvm::Expected<Value> constant(const ::onnx::TensorProto &tensor, llvm::StringRef name);
  llvm::Expected<Value> constant(const ::onnx::SparseTensorProto &tensor, llvm::StringRef name);
  /// What a name that the node may see stands for; null when there is no such name. Valid until the scope is left.
  const Datum *lookup(llvm::StringRef name);
  /// Imports a subgraph at the builder's position; its inputs take `arguments`.
  llvm::Expected<Data> importSubgraph(const ::onnx::GraphProto &graph, llvm::ArrayRef<Datum> arguments);
  /// Between these, nodes of a branch are imported that may not be taken; `advice` is what errors add.
  void enterBranch(std::string advice) { branches.push_back(std::move(advice)); }
  void leaveBranch() { branches.pop_back(); }
  /// The named dimensions as errors print them: in double quotes where the name reads like an expression or sentence.
  graph::Dims displayedDims();
  /// A rank-0 integer of the run as an extent: min..max, or as the user bounds `name`; `max` none = by default.
  AffineExpr measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max, std::optional<int64_t> usual);
  /// The bounds of a computed extent that lies in `range`.
  graph::Interval boundsFor(llvm::StringRef name, graph::Interval range);
  /// Sets a bound of a dimension that the user did not bound; false when that is not possible.
  bool lowerMax(AffineExpr extent, int64_t limit);
  bool raiseMin(AffineExpr extent, int64_t limit);
  /// Records the first error of the node that is being converted.
  void nodeError(const llvm::Twine &text);
  /// The user's seed for draws that have none.
  std::optional<uint64_t> seed() const { return options.seed; }

private:
  // Names visible in a graph. A subgraph sees the names around it, a function body does not.
  struct Scope {
    Scope *outer = nullptr;
    llvm::StringMap<Datum> values;
    llvm::StringMap<std::variant<const ::onnx::TensorProto *, const ::onnx::SparseTensorProto *>> initializers;
    llvm::StringMap<int64_t> opsets;                     // of a model or function
    llvm::StringMap<const ::onnx::TypeProto *> declared; // what a graph says of its intermediate tensors
  };
  // Makes a scope the current one for its lifetime.
  class Entered {
  public:
    Entered(Importer &importer, Scope &inner) : importer(importer), outer(importer.scope) { importer.scope = &inner; }
    ~Entered() { importer.scope = outer; }

  private:
    Importer &importer;
    Scope *outer;
  };

  /// The inputs as the model declares them and the options change them, without those that are baked in.
  llvm::Expected<llvm::SmallVector<frontend::Input>> readInputs(const ::onnx::GraphProto &graph);
  llvm::Expected<frontend::Input> readTensor(const std::string &name, const ::onnx::TypeProto &type);
  /// The tensors of an input, whose own name stands in `held` where it is a sequence or an optional.
  llvm::Error readInput(const ::onnx::ValueInfoProto &input, llvm::SmallVectorImpl<frontend::Input> &inputs);
  /// What an input that is a sequence or an optional holds, as the user says.
  struct Held {
    std::string name;
    std::optional<int64_t> length; ///< of a sequence; none: the optional is a tensor, called like it
    bool isEmpty = false;          ///< of an optional
    Type element;
  };
  std::vector<Held> held;
  /// Gives the names of such inputs what they hold, in the current scope.
  void holdInputs();
  /// The name of each tensor of the outputs; a sequence 'y' gives y.0, y.1, ...
  llvm::Expected<std::vector<std::string>> nameOutputs(llvm::ArrayRef<std::string> names, llvm::ArrayRef<Datum> data);
  llvm::Error declareFormulas(llvm::ArrayRef<frontend::Input> inputs);
  llvm::Expected<Type> declareInput(const frontend::Input &input);
  /// The argument, whose extents are what their names say.
  Value valueOfInput(const frontend::Input &input, Value argument);
  /// The default value of an input, or its misfit.
  llvm::Expected<llvm::ArrayRef<char>> defaultOf(const frontend::Input &input);
  llvm::Expected<AffineExpr> declareExtent(const std::string &name, const std::string &place, int64_t axis);
  llvm::Error addInitializers(const ::onnx::GraphProto &graph);
  void addDeclared(const ::onnx::GraphProto &graph);
  /// The tensor with the extents that the graph says of `name`, in place of those that the run measures: they are
  /// required of it. What it says of others is less than what is known of them.
  Value asDeclared(llvm::StringRef name, Value tensor);
  llvm::Error define(llvm::StringRef name, Datum datum);
  llvm::Expected<Value> constant(llvm::Expected<TensorBytes> bytes, llvm::StringRef name);
  using NodeList = llvm::SmallVector<const ::onnx::NodeProto *>;
  template <typename Nodes> static NodeList listOf(const Nodes &nodes) {
    NodeList list;
    for (const ::onnx::NodeProto &node : nodes)
      list.push_back(&node);
    return list;
  }
  /// The nodes that `wanted` names depend on, each after those it reads from and otherwise in their order; an error for
  /// a cycle or a name that two nodes define.
  llvm::Expected<NodeList> sortNodes(const NodeList &nodes, const llvm::StringSet<> &wanted);
  /// Imports the nodes that `wanted` names depend on.
  llvm::Error importNodes(const NodeList &nodes, const llvm::StringSet<> &wanted);
  llvm::Error importNode(const ::onnx::NodeProto &node);
  llvm::Error convert(const ::onnx::NodeProto &node, int64_t opset);
  /// Whether an input of the node is of f16 or bf16; the conversion of a node as if those were f32.
  bool readsHalves(const ::onnx::NodeProto &node);
  llvm::Error convertInF32(const ::onnx::NodeProto &node, int64_t opset);
  llvm::Error expand(const ::onnx::NodeProto &node, const ::onnx::FunctionProto &function, bool fromSchema);
  llvm::Expected<Data> collect(llvm::ArrayRef<std::string> names, const llvm::Twine &what);
  std::vector<::onnx::TypeProto> inputTypes(const ::onnx::NodeProto &node);
  int64_t opsetOf(llvm::StringRef domain);
  llvm::Error errorAt(const ::onnx::NodeProto &node, int64_t opset, const llvm::Twine &text);
  llvm::Error error(const llvm::Twine &text);
  /// What is too large, which smaller default bounds may mend.
  llvm::Error refuseSize(llvm::Error tooLarge);
  std::string withNames(llvm::StringRef text);
  bool setBounds(AffineExpr extent, int64_t limit, bool upper);

  std::shared_ptr<Model> model;
  mlir::MLIRContext &context;
  const frontend::ImportOptions &options;
  mlir::OwningOpRef<mlir::ModuleOp> moduleOp;
  Compose builder;
  mlir::Block *entry = nullptr;
  mlir::Operation *lastConstant = nullptr;
  Scope *scope = nullptr;
  llvm::StringMap<int64_t> counts;           // source operators
  frontend::Measured measured;               // extents that the run computes
  llvm::StringSet<> usedDimNames, fixedDims; // options that were used; dimensions bounded by the user
  llvm::StringSet<> stateDims;               // names of extents that a state has
  llvm::StringMap<std::string> dimPlaces;    // "axis 0 of input 'x'"
  frontend::FormulaExtents formulas;         // what extents of inputs are by their names
  std::vector<std::string> notes;
  llvm::StringMap<llvm::ArrayRef<char>> defaults; // of the inputs that stay inputs
  std::string firstError;
  llvm::SmallVector<std::string> branches;
  unsigned depth = 0, bodyDepth = 0;
  uint64_t nodeCount = 0;
  llvm::SmallVector<std::string> expanding; // functions that are being expanded
};

/// Replaces operations in (after, end of block] whose operands are small constants by constants, and comparisons of
/// extents that the dimensions' bounds decide. `after` null = from the block's start.
void foldConstants(mlir::Block *block, mlir::Operation *after, llvm::MutableArrayRef<Value> results);

/// The converter of an operator (registered by its file's name), null when there is none. `domain` "" = ai.onnx.
Converter findConverter(llvm::StringRef domain, llvm::StringRef kind);

} // namespace wasmind::onnx
