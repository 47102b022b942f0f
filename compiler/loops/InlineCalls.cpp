//===- InlineCalls.cpp - graph.call becomes the body of what it calls ---------------------------------------------===//
#include "compiler/loops/Kernel.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// Calls in calls multiply; a program of more operations than this is refused.
constexpr size_t operationLimit = 1 << 20;

class Inliner {
public:
  explicit Inliner(ModuleOp module) : module(module) {}

  LogicalResult inlineIn(Operation *root) {
    SmallVector<CallOp> calls;
    root->walk([&](CallOp call) { calls.push_back(call); });
    for (CallOp call : calls)
      if (failed(replace(call)))
        return failure();
    return success();
  }

private:
  ModuleOp module;
  SmallVector<StringRef> active; ///< the functions whose bodies are being inlined
  size_t operationCount = 0;

  //   %y = graph.call @f(%x)     ->     the operations of @f, with %x for its argument and its result for %y
  LogicalResult replace(CallOp call) {
    StringRef name = call.getCallee();
    auto callee = module.lookupSymbol<func::FuncOp>(name);
    if (!callee || callee.isExternal())
      return call.emitError() << "calls '" << name << "', which has no body in the module";
    if (llvm::is_contained(active, name))
      return call.emitError() << "'" << name << "' calls itself; rewrite the recursion as a loop";
    if (!callee.getBody().hasOneBlock() ||
        callee.getFunctionType() != FunctionType::get(call.getContext(), call.getOperandTypes(), call.getResultTypes()))
      return call.emitError() << "the call of '" << name << "' does not fit its definition";

    Block &body = callee.getBody().front();
    OpBuilder builder(call);
    IRMapping mapping;
    mapping.map(body.getArguments(), call.getInputs());
    SmallVector<Operation *> inlined;
    for (Operation &op : body.without_terminator())
      inlined.push_back(builder.clone(op, mapping));
    operationCount += inlined.size();
    if (operationCount > operationLimit)
      return call.emitError() << "the calls of '" << name << "' unfold to more than " << operationLimit
                              << " operations";
    SmallVector<Value> results;
    for (Value result : body.getTerminator()->getOperands())
      results.push_back(mapping.lookupOrDefault(result));
    call->replaceAllUsesWith(results);
    call->erase();

    active.push_back(name);
    for (Operation *op : inlined)
      if (failed(inlineIn(op)))
        return failure();
    active.pop_back();
    return success();
  }
};

} // namespace

LogicalResult inlineCalls(func::FuncOp entry) { return Inliner(entry->getParentOfType<ModuleOp>()).inlineIn(entry); }

} // namespace wasmind::loops
