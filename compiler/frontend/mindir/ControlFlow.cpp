//===- ControlFlow.cpp - calls, branches and loops of MindIR ------------------------------------------------------===//
//
// MindIR has no control flow of its own, only functions as values: Switch chooses between two,
//
//   c = Switch(condition, Partial(f, ...), Partial(g, ...)); c()          an `if`: graph.if
//
// and a function that reaches itself is a loop (Loops.cpp).
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

Expected<Value> Importer::asTensor(const Operand &operand) {
  Node node(compose, *this, "", {operand}, {});
  Value value = node.asTensor(operand, "it");
  if (node.failed())
    return createStringError(node.error());
  if (!value)
    return createStringError("it cannot be made a tensor");
  return value;
}

Expected<Value> Importer::asCondition(const Operand &operand) {
  auto value = asTensor(operand);
  if (!value)
    return createStringError("the condition: " + toString(value.takeError()));
  if (any_of(compose.extentsOf(*value), [](AffineExpr extent) { return !graph::isOne(extent); }))
    return createStringError("the condition has more than one element");
  Value scalar = compose.rankOf(*value) == 0 ? *value : compose.reshape(*value, ArrayRef<int64_t>());
  return compose.cast(scalar, compose.getI1Type());
}

Operand bind(const Operand &closure, ArrayRef<Operand> arguments) {
  SmallVector<Operand> all(closure.elements());
  all.append(arguments.begin(), arguments.end());
  return closure.withElements(all);
}

Expected<Operand> Importer::call(const Operand &callee, ArrayRef<Operand> arguments) {
  if (callee.is(Kind::Choice))
    return callChoice(callee, arguments);
  if (!callee.is(Kind::Closure))
    return createStringError("calls " + callee.kindName() + ", a function is needed");
  Operand bound = bind(callee, arguments);
  const GraphProto &function = *callee.function;
  if (isOpenLoop(function)) // the innermost goes on, or is left for one around it
    return Operand::again(function, bound.elements());
  if (is_contained(opened, &function))
    return createStringError("function '" + printable(function.name) + "' calls itself, but not as a while loop does");
  if (isRecursive(function) && reaches(function, function))
    return loop(function, bound.elements(), bound.environment);
  return evaluate(function, bound.elements(), bound.environment);
}

//===- Branches ----------------------------------------------------------------------------------------------===//

bool isSame(const Operand &a, const Operand &b) {
  return a.kind == b.kind && a.tensor == b.tensor && a.proto == b.proto && a.function == b.function &&
         a.integerValue == b.integerValue && a.dataType == b.dataType && a.expression == b.expression &&
         a.string == b.string &&
         (a.numberValue == b.numberValue || (a.numberValue != a.numberValue && b.numberValue != b.numberValue));
}

/// What two ways give, as one: leaves that differ become tensors without value, for which `fromA` and `fromB` get the
/// values, made at the ends of the two blocks.
Expected<Operand> Importer::merge(const Operand &a, const Operand &b, mlir::Block *inA, mlir::Block *inB,
                                  SmallVector<Value> &fromA, SmallVector<Value> &fromB) {
  if (a.hasElements() || b.hasElements()) {
    if (a.kind != b.kind || a.elements().size() != b.elements().size() || a.function != b.function)
      return createStringError("its ways give different things: " + a.kindName() + " and " + b.kindName());
    SmallVector<Operand> elements;
    for (auto [left, right] : zip(a.elements(), b.elements())) {
      auto element = merge(left, right, inA, inB, fromA, fromB);
      if (!element)
        return element.takeError();
      elements.push_back(*element);
    }
    return a.withElements(elements);
  }
  if (isSame(a, b))
    return a;
  mlir::OpBuilder::InsertionGuard guard(compose);
  compose.setInsertionPointToEnd(inA);
  auto left = asTensor(a);
  compose.setInsertionPointToEnd(inB);
  auto right = asTensor(b);
  if (!left || !right) {
    consumeError(left.takeError());
    consumeError(right.takeError());
    return createStringError("its ways give different things: " + a.kindName() + " and " + b.kindName());
  }
  if (left->getType() != right->getType()) {
    std::string text;
    raw_string_ostream(text) << left->getType() << " and " << right->getType();
    return createStringError("its ways give tensors of different type: " + text);
  }
  fromA.push_back(*left);
  fromB.push_back(*right);
  return Operand(Value());
}

Operand fillIn(const Operand &skeleton, mlir::ValueRange values) {
  unsigned next = 0;
  return mapLeaves(skeleton, [&](const Operand &leaf) {
    return leaf.is(Kind::Tensor) && !leaf.tensor ? Operand(values[next++]) : leaf;
  });
}

Expected<Operand> Importer::callChoice(const Operand &choice, ArrayRef<Operand> arguments) {
  Operand condition = choice.elements()[0];
  if (condition.is(Kind::Boolean) || condition.is(Kind::Integer))
    return call(choice.elements()[condition.integerValue ? 1 : 2], arguments);
  auto value = asCondition(condition);
  if (!value)
    return value.takeError();
  if (auto known = graph::constantIntegers(*value, 1))
    return call(choice.elements()[known->front() ? 1 : 2], arguments);

  return branch(*value, [&](unsigned way) { return call(choice.elements()[1 + way], arguments); });
}

Expected<Operand> Importer::branch(Value condition, function_ref<Result(unsigned way)> read) {
  // The results' types are known after both ways are read: read them into an operation without results first.
  mlir::Location location = compose.getLoc();
  auto draft = graph::IfOp::create(compose, location, mlir::TypeRange(), condition);
  Operand results[2];
  mlir::Block *blocks[2];
  const auto overwrittenBefore = overwritten;
  decltype(overwritten) overwrittenByFirst;
  for (unsigned way = 0; way < 2; ++way) {
    mlir::OpBuilder::InsertionGuard guard(compose);
    blocks[way] = &draft->getRegion(way).emplaceBlock();
    compose.setInsertionPointToEnd(blocks[way]);
    auto result = read(way);
    if (!result)
      return result.takeError();
    results[way] = *result;
    if (way == 0)
      overwrittenByFirst = std::exchange(overwritten, overwrittenBefore); // of which the other way sees nothing
  }
  overwritten.insert(overwrittenByFirst.begin(), overwrittenByFirst.end());
  compose.setLoc(location);
  if (Error error = alignTurns(results, blocks))
    return error;
  SmallVector<Value> yields[2];
  auto merged = merge(results[0], results[1], blocks[0], blocks[1], yields[0], yields[1]);
  if (!merged)
    return merged.takeError();
  auto branch = graph::IfOp::create(compose, location, mlir::ValueRange(yields[0]).getTypes(), condition);
  for (unsigned way = 0; way < 2; ++way) {
    mlir::OpBuilder::InsertionGuard guard(compose);
    compose.setInsertionPointToEnd(blocks[way]);
    graph::YieldOp::create(compose, location, yields[way]);
    branch->getRegion(way).takeBody(draft->getRegion(way));
  }
  draft->erase();
  return fillIn(*merged, branch->getResults());
}

} // namespace wasmind::mindir
