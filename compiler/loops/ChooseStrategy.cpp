//===- ChooseStrategy.cpp - how each dispatch is computed ---------------------------------------------------------===//
#include "compiler/loops/Passes.h"
#include "compiler/loops/Strategy.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_CHOOSESTRATEGY
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

const Strategy *const table[] = {
#define WASMIND_STRATEGY(name) &strategies::name,
#include "compiler/loops/Strategies.def"
};

struct ChooseStrategy : impl::ChooseStrategyBase<ChooseStrategy> {
  using ChooseStrategyBase::ChooseStrategyBase;

  void runOnOperation() override {
    Options options;
    options.winograd = winograd;
    const Dims dims = getNamedDims(getOperation());
    uint64_t preparedBytes = 0;
    auto result = getOperation().walk([&](DispatchOp dispatch) {
      const Group group(dispatch);
      const Candidate candidate{group, options, dims, preparedBytes};
      const Strategy *strategy = chooseStrategy(candidate);
      if (!strategy) {
        group.root->emitError() << "cannot lower '" << group.root->getName()
                                << "': it has no lowering to loops; rewrite the model without it";
        return WalkResult::interrupt();
      }
      dispatch.setStrategy(strategy->name);
      if (strategy->prepares)
        preparedBytes += strategy->prepares(candidate);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace

const Strategy *chooseStrategy(const Candidate &candidate) {
  auto found = llvm::find_if(table, [&](const Strategy *strategy) { return strategy->applies(candidate); });
  return found == std::end(table) ? nullptr : *found;
}

const Strategy *strategyNamed(StringRef name) {
  auto found = llvm::find_if(table, [&](const Strategy *strategy) { return strategy->name == name; });
  return found == std::end(table) ? nullptr : *found;
}

} // namespace wasmind::loops
