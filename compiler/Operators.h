//===- Operators.h - tensor expressions to objects, archives and operator libraries -------------------------------===//
//
// The compiler of single operators as a library. No LLVM type appears here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "compiler/frontend/expr/Expression.h"
#include <functional>
#include <string>
#include <vector>

namespace wasmind {

/// How the arguments of a call reach the kernels (runtime/guest/Operator.h).
enum class Family {
  Elementwise, ///< any ranks, broadcast as numpy does; the definition is a formula for one element
  Expression,  ///< fixed ranks; the definition is tensors over placeholders
  Row,         ///< along one axis of input 0; the definition is of a matrix whose rows run along that axis
  Movement,    ///< no kernels: a function of runtime/guest does it all, in every element type
  Composite,   ///< a function of runtime/guest calls several kernels, or one on parts and views of the tensors
};

/// What kernels compute in where they round once, at the end: f32 for f16.
inline abi::DType computedIn(abi::DType type) { return type == abi::DType::F16 ? abi::DType::F32 : type; }

/// An operator by its name, its formula and the element types it is built for.
struct Operator {
  std::string name;
  Family family = Family::Elementwise;
  std::vector<std::string> inputs;
  /// Of Row the first is `axis`, which the definition does not see. Expression has none.
  std::vector<abi::Attribute> attributes;
  std::vector<std::string> outputs = {"out"};
  bool variadic = false;              ///< Movement, Composite: more tensors like the last input may follow it
  std::vector<abi::Variant> variants; ///< element types of inputs and outputs, tried in order

  /// Elementwise: the result's element from those of the inputs and then the attributes, which have the element type of
  /// input 0. Called once per variant, with values of its types.
  std::function<te::Expr(const std::vector<te::Expr> &)> formula;
  /// Expression: placeholders in the order of `inputs` and results in the order of `outputs`, with the types of the
  /// variant. An extent of an input that is just a var binds it.
  /// Row: placeholders [rows, n] of input 0, where rows and n are its first two vars, [n] of the other inputs, [1] of
  /// the attributes the definition sees, of the type that input 0 is computed in; results [rows, n].
  struct Tensors {
    std::vector<te::Tensor> inputs, outputs;
    /// Composite: the first vars of the kernel in their order; those of the inputs' shapes follow. The function sets
    /// them all before it calls the kernel.
    std::vector<te::Var> vars = {};
  };
  using Definition = std::function<Tensors(const abi::Variant &)>;
  Definition define;
  /// Composite: what its kernels compute, 1 to 4 of them; their operands need not be those of the operator. One without
  /// results is absent in that variant.
  std::vector<Definition> kernels;
  /// Movement, Composite: that function, which takes the same arguments as the families. It gets attributes of type i64
  /// and bool as such, and those of type f64 in the element type of output 0; Composite in the one it is computed in.
  std::string function;
};

/// An object file of another compiler. Its `__tvm_ffi_*` functions become operators; one without is linked for what the
/// others need of it.
struct LinkedObject {
  std::string path;
};

struct LibraryOptions {
  std::vector<Operator> operators;
  std::vector<LinkedObject> links;
  bool relaxedSimd = false;
  int optLevel = 2;
  /// Files to write, each whole or not at all; an empty name is not wanted.
  std::string module;        ///< wasm_ops.wasm
  std::string archive;       ///< libops_wasm32.a: operators and the runtime they need
  std::string objectsFolder; ///< <operator in small letters>.o each; made when it is not there
  std::string header;        ///< declarations for C programs that link the archive
  /// Called as work goes on, with the operator that is compiled.
  std::function<void(const std::string &name)> progress;
};

struct LibraryResult {
  std::string error;         ///< empty on success: one line that names the operator and the reason
  bool isWrongUsage = false; ///< the error is where to write, not an operator
  struct Compiled {
    std::string name;
    uint64_t objectBytes = 0;
    double vectorisedShare = 1; ///< the least of its kernels: the part of the arithmetic done by vector instructions
  };
  std::vector<Compiled> operators;
  uint64_t moduleBytes = 0, archiveBytes = 0;
};

/// Compiles and links. Errors: an output that is a linked object or another output; two operators of one name; a
/// definition that is wrong, by operator; a symbol of a linked object that nothing defines. Thread-safe.
LibraryResult buildLibrary(const LibraryOptions &options);

} // namespace wasmind
