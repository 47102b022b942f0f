//===- ControlFlow.cpp - calls, branches and loops of MindIR ------------------------------------------------------===//
//
// MindIR has no control flow of its own, only functions as values:
//
//   c = Switch(condition, Partial(f, ...), Partial(g, ...)); c()          an `if`: graph.if
//
//   header(state):                                                       a `while`: graph.loop
//     c = Switch(condition(state), Partial(body, ...), Partial(after, ...)); return c()
//   body(...):  ...; return header(new state)
//   after(...): ...; return the loop's continuation
//
// The loop carries what `header` passes to body and after (not its parameters), so that what it computes before the
// Switch is computed once per turn:
//
//   header(first state)                     -> condition, S
//   graph.loop while condition carry S:
//     body(S) -> header(new state)          -> condition, S
//   after(S)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

/// What a loop's header passes on: its two ways, with all arguments bound.
struct Importer::Header {
  Operand condition, body, after;
  bool bodyWhenTrue = true;
  std::shared_ptr<Frame> frame;
};

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

static Operand bind(const Operand &closure, ArrayRef<Operand> arguments) {
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
  if (!headers.empty() && headers.back() == &function)
    return Operand::again(function, bound.elements());
  if (is_contained(opened, &function))
    return createStringError("function '" + printable(function.name) + "' calls itself, but not as a while loop does");
  if (is_contained(headers, &function))
    return createStringError(
        "an inner loop goes on with the outer one; move the inner loop into a function of its own");
  if (isRecursive(function) && reaches(function, function))
    return loop(function, bound.elements(), bound.environment);
  return evaluate(function, bound.elements(), bound.environment);
}

//===- Branches ----------------------------------------------------------------------------------------------===//

static bool isSame(const Operand &a, const Operand &b) {
  return a.kind == b.kind && a.tensor == b.tensor && a.proto == b.proto && a.function == b.function &&
         a.integerValue == b.integerValue && a.dataType == b.dataType && a.expression == b.expression &&
         a.string == b.string &&
         (a.numberValue == b.numberValue || (a.numberValue != a.numberValue && b.numberValue != b.numberValue));
}

static bool hasElements(const Operand &operand) {
  return operand.is(Kind::Sequence) || operand.is(Kind::Closure) || operand.is(Kind::Again);
}

/// What two ways give, as one: leaves that differ become tensors without value, for which `fromA` and `fromB` get the
/// values, made at the ends of the two blocks.
Expected<Operand> Importer::merge(const Operand &a, const Operand &b, mlir::Block *inA, mlir::Block *inB,
                                  SmallVector<Value> &fromA, SmallVector<Value> &fromB) {
  if (a.is(Kind::Again) != b.is(Kind::Again))
    return createStringError("one way goes on with the loop and the other leaves it (break, or return, inside a loop); "
                             "make it part of the loop's condition");
  if (hasElements(a) || hasElements(b)) {
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

/// Puts `values` where merge left tensors without value.
static Operand fillIn(const Operand &skeleton, mlir::ValueRange values) {
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

  // The results' types are known after both ways are read: read them into an operation without results first.
  mlir::Location location = compose.getLoc();
  auto draft = graph::IfOp::create(compose, location, mlir::TypeRange(), *value);
  Operand results[2];
  mlir::Block *blocks[2];
  for (unsigned way = 0; way < 2; ++way) {
    mlir::OpBuilder::InsertionGuard guard(compose);
    blocks[way] = &draft->getRegion(way).emplaceBlock();
    compose.setInsertionPointToEnd(blocks[way]);
    auto result = call(choice.elements()[1 + way], arguments);
    if (!result)
      return result.takeError();
    results[way] = *result;
  }
  compose.setLoc(location);
  SmallVector<Value> yields[2];
  auto merged = merge(results[0], results[1], blocks[0], blocks[1], yields[0], yields[1]);
  if (!merged)
    return merged.takeError();
  auto branch = graph::IfOp::create(compose, location, mlir::ValueRange(yields[0]).getTypes(), *value);
  for (unsigned way = 0; way < 2; ++way) {
    mlir::OpBuilder::InsertionGuard guard(compose);
    compose.setInsertionPointToEnd(blocks[way]);
    graph::YieldOp::create(compose, location, yields[way]);
    branch->getRegion(way).takeBody(draft->getRegion(way));
  }
  draft->erase();
  return fillIn(*merged, branch->getResults());
}

//===- Loops -------------------------------------------------------------------------------------------------===//

bool Importer::reaches(const GraphProto &from, const GraphProto &target) {
  SmallVector<const GraphProto *> pending{&from};
  DenseSet<const GraphProto *> seen;
  while (!pending.empty()) {
    const GraphProto *function = pending.pop_back_val();
    auto [entry, isNew] = callees.try_emplace(function);
    if (isNew) {
      DenseSet<const GraphProto *> all;
      for (const NodeProto &node : function->nodes) {
        StringRef type = node.opType;
        if (type.consume_front("REF::") && functions.contains(type))
          all.insert(functions.lookup(type));
        for (StringRef input : node.inputs)
          if (const GraphProto *used = functions.lookup(input))
            all.insert(used);
      }
      entry->second.assign(all.begin(), all.end());
    }
    for (const GraphProto *callee : entry->second) {
      if (callee == &target)
        return true;
      // Ways through a loop around this one do not make this one go round.
      if (!is_contained(headers, callee) && seen.insert(callee).second)
        pending.push_back(callee);
    }
  }
  return false;
}

bool Importer::isRecursive(const GraphProto &function) {
  auto known = inCycle.find(&function);
  if (known != inCycle.end())
    return known->second;
  SmallVector<const GraphProto *> active;
  std::swap(active, headers);
  bool result = reaches(function, function);
  std::swap(active, headers);
  return inCycle[&function] = result;
}

Expected<Importer::Header> Importer::readHeader(const GraphProto &header, ArrayRef<Operand> arguments,
                                                std::shared_ptr<Frame> around) {
  auto frame = enter(header, arguments, std::move(around));
  if (!frame)
    return frame.takeError();
  opened.push_back(&header);
  scope_exit close([&] { opened.pop_back(); });
  auto goesRound = [&](const Operand &way) {
    return way.is(Kind::Closure) && (way.function == &header || reaches(*way.function, header));
  };
  for (const NodeProto &node : header.nodes) {
    StringRef type = node.opType;
    if (type.consume_front("REF::") && !primitives.contains(type)) {
      auto callee = find(type, *frame);
      if (callee && callee->is(Kind::Choice) &&
          (goesRound(callee->elements()[1]) || goesRound(callee->elements()[2]))) {
        Header result;
        result.bodyWhenTrue = goesRound(callee->elements()[1]);
        if (result.bodyWhenTrue && goesRound(callee->elements()[2]))
          return createStringError("a loop that never ends, or ends in several ways; make it a plain while loop");
        // The call must be the header's result, as it stands or through operations that only order side effects.
        StringRef name = header.outputs.size() == 1 ? header.outputs.front().name : StringRef();
        for (unsigned step = 0; step < 64 && !is_contained(node.outputs, name); ++step)
          for (const NodeProto &producer : header.nodes)
            if (is_contained(producer.outputs, name) && !producer.inputs.empty() &&
                producer.opType.contains("Depend")) {
              name = producer.inputs.front();
              break;
            }
        if (!is_contained(node.outputs, name))
          return createStringError("a loop whose header computes after its branch; make it a plain while loop");
        SmallVector<Operand> extra;
        for (StringRef input : node.inputs) {
          auto value = lookUp(input, *frame);
          if (!value)
            return value.takeError();
          extra.push_back(*value);
        }
        result.condition = callee->elements()[0];
        result.body = bind(callee->elements()[result.bodyWhenTrue ? 1 : 2], extra);
        result.after = bind(callee->elements()[result.bodyWhenTrue ? 2 : 1], extra);
        result.frame = *frame;
        return result;
      }
    }
    if (Error error = readNode(node, *frame))
      return error;
  }
  return createStringError("function '" + printable(header.name) + "' calls itself, but not as a while loop does");
}

/// Drops what a loop carries unchanged or twice, which MindIR does a lot: all a body reads is passed through.
static SmallVector<Value> simplify(graph::LoopOp loop, mlir::OpBuilder &builder) {
  mlir::Block &body = loop.getBody().front();
  mlir::Operation *yield = body.getTerminator();
  unsigned count = loop.getCarried().size();
  SmallVector<Value> results(count);
  SmallVector<int> kept(count, -1); // index in the new loop
  SmallVector<unsigned> keep;
  auto initial = [&](unsigned i) { return loop.getCarried()[i]; };
  auto next = [&](unsigned i) { return yield->getOperand(1 + i); };
  for (unsigned i = 0; i < count; ++i) {
    if (next(i) == body.getArgument(1 + i)) {
      results[i] = initial(i);
      continue;
    }
    for (unsigned j : keep)
      if (initial(j) == initial(i) && next(j) == next(i)) {
        kept[i] = kept[j];
        break;
      }
    if (kept[i] < 0) {
      kept[i] = keep.size();
      keep.push_back(i);
    }
  }
  if (keep.size() == count) {
    llvm::copy(loop.getOutputs(), results.begin());
    return results;
  }
  SmallVector<Value> carried, yields{yield->getOperand(0)};
  for (unsigned i : keep) {
    carried.push_back(initial(i));
    yields.push_back(next(i));
  }
  for (unsigned i = 0; i < count; ++i) {
    Value replacement = results[i] ? results[i] : Value(body.getArgument(1 + keep[kept[i]]));
    if (replacement != body.getArgument(1 + i)) {
      body.getArgument(1 + i).replaceAllUsesWith(replacement);
      for (Value &value : yields)
        if (value == body.getArgument(1 + i))
          value = replacement;
    }
  }
  yield->setOperands(yields);
  auto smaller = graph::LoopOp::create(builder, loop.getLoc(), mlir::ValueRange(carried).getTypes(),
                                       loop.getTripCount(), loop.getCondition(), carried);
  for (unsigned i = count; i-- > 0;)
    if (!is_contained(keep, i))
      body.eraseArgument(1 + i);
  smaller.getBody().takeBody(loop.getBody());
  for (unsigned i = 0; i < count; ++i)
    if (!results[i])
      results[i] = smaller.getOutputs()[kept[i]];
  loop.erase();
  return results;
}

Expected<Operand> Importer::loop(const GraphProto &header, ArrayRef<Operand> arguments, std::shared_ptr<Frame> around) {
  if (Error error = deeper())
    return error;
  scope_exit leave([&] { --depth; });
  mlir::Location location = compose.getLoc();
  auto first = readHeader(header, arguments, around);
  if (!first)
    return first.takeError();
  // Body and after run in later turns than the header that is read here: they must not see its values.
  auto leaveHeader = [&](Operand closure, const Header &from) {
    if (closure.environment == from.frame)
      closure.environment = around;
    return closure;
  };
  auto conditionOf = [&](const Header &from) -> Expected<Value> {
    compose.setLoc(location);
    auto value = asCondition(from.condition);
    return !value || from.bodyWhenTrue ? std::move(value) : compose.unary(UnaryKind::Not, *value);
  };
  auto condition = conditionOf(*first);
  if (!condition)
    return condition.takeError();

  Operand state = Operand::tuple({leaveHeader(first->body, *first), leaveHeader(first->after, *first)});
  SmallVector<Value> initial;
  std::string problem;
  Operand skeleton = mapLeaves(state, [&](const Operand &leaf) {
    if (!leaf.isTensor())
      return leaf;
    auto value = asTensor(leaf);
    if (!value)
      problem = toString(value.takeError());
    else
      initial.push_back(*value);
    return Operand(Value());
  });
  if (!problem.empty())
    return createStringError(problem);

  int64_t noLimit = INT64_MAX;
  Value tripCount = graph::makeConstant(compose, location, mlir::RankedTensorType::get({}, compose.getI64Type()),
                                        ArrayRef<char>(reinterpret_cast<const char *>(&noLimit), sizeof(noLimit)));
  auto types = mlir::ValueRange(initial).getTypes();
  auto op = graph::LoopOp::create(compose, location, types, tripCount, *condition, initial);
  {
    mlir::OpBuilder::InsertionGuard guard(compose);
    mlir::Block &body = op.getBody().emplaceBlock();
    body.addArgument(tripCount.getType(), location);
    for (Value value : initial)
      body.addArgument(value.getType(), location);
    compose.setInsertionPointToEnd(&body);
    Operand current = fillIn(skeleton, body.getArguments().drop_front());

    headers.push_back(&header);
    const Operand &closure = current.elements()[0];
    auto result = closure.function == &header ? Result(Operand::again(header, closure.elements()))
                                              : evaluate(*closure.function, closure.elements(), closure.environment);
    headers.pop_back();
    if (!result)
      return result.takeError();
    if (!result->is(Kind::Again) || result->function != &header)
      return createStringError("the loop's body does not end by going on with the loop; make it a plain while loop");
    auto second = readHeader(header, result->elements(), around);
    if (!second)
      return second.takeError();
    auto goesOn = conditionOf(*second);
    if (!goesOn)
      return goesOn.takeError();
    Operand next = Operand::tuple({leaveHeader(second->body, *second), leaveHeader(second->after, *second)});
    // Leaves of `current` that are tensors are the carried values; all others must stay what they were.
    SmallVector<Value> yields{*goesOn};
    SmallVector<const Operand *> before, now;
    auto collect = [](const Operand &operand, SmallVector<const Operand *> &into, auto &self) -> void {
      if (!hasElements(operand))
        into.push_back(&operand);
      for (const Operand &element : operand.elements())
        self(element, into, self);
    };
    collect(current, before, collect);
    collect(next, now, collect);
    if (before.size() != now.size())
      return createStringError("the loop changes the number of its values");
    for (auto [old, changed] : zip(before, now)) {
      if (!old->is(Kind::Tensor)) {
        if (!isSame(*old, *changed))
          return createStringError("the loop changes " + old->kindName() + " that is no tensor; make it a Tensor");
        continue;
      }
      auto value = asTensor(*changed);
      if (!value)
        return createStringError("a value that the loop carries: " + toString(value.takeError()));
      if (value->getType() != old->tensor.getType()) {
        std::string text;
        raw_string_ostream(text) << old->tensor.getType() << " to " << value->getType();
        return createStringError("the loop changes the type of a value from " + text);
      }
      yields.push_back(*value);
    }
    graph::YieldOp::create(compose, location, yields);
  }
  compose.setLoc(location);
  SmallVector<Value> results = simplify(op, compose);
  Operand last = fillIn(skeleton, results);
  const Operand &after = last.elements()[1];
  return call(after, {});
}

} // namespace wasmind::mindir
