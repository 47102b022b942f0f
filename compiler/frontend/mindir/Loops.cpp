//===- Loops.cpp - functions that reach themselves ----------------------------------------------------------------===//
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
// `break` and `return` are ways of the body that do not end in header(...) but in what the loop gives then, R. Each way
// is read to the end of its turn, so that all give the same things, with zeros where one has nothing to give:
//
//   graph.loop while condition carry S, left, R:
//     if ...: header(new state)             -> condition, S, false, zeros
//     else:   R                             -> false, zeros, true, R
//   if left: R else: after(S)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

/// What a loop's header passes on: its two ways, with all arguments bound. `after` is Nothing where only the body
/// leaves the loop.
struct Importer::Header {
  Operand condition, body, after;
  bool bodyWhenTrue = true;
  std::shared_ptr<Frame> frame;
};

bool Importer::isOpenLoop(const GraphProto &function) const {
  return any_of(openLoops, [&](const OpenLoop &loop) { return loop.header == &function; });
}

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
      if (!isOpenLoop(*callee) && seen.insert(callee).second)
        pending.push_back(callee);
    }
  }
  return false;
}

bool Importer::isRecursive(const GraphProto &function) {
  auto known = inCycle.find(&function);
  if (known != inCycle.end())
    return known->second;
  SmallVector<OpenLoop> active;
  std::swap(active, openLoops);
  bool result = reaches(function, function);
  std::swap(active, openLoops);
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
        const Operand condition = callee->elements()[0];
        const Operand ways[] = {bind(callee->elements()[1], extra), bind(callee->elements()[2], extra)};
        result.frame = *frame;
        result.bodyWhenTrue = goesRound(ways[0]);
        if (result.bodyWhenTrue && goesRound(ways[1])) { // `while True`
          result.condition = Operand::boolean(true);
          result.body = Operand::sequence({condition, ways[0], ways[1]}, Kind::Choice);
          return result;
        }
        result.condition = condition;
        result.body = ways[result.bodyWhenTrue ? 0 : 1];
        result.after = ways[result.bodyWhenTrue ? 1 : 0];
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

//===- Turns -------------------------------------------------------------------------------------------------===//

namespace {
/// The elements of a Turn: whether the loop goes on, and with what state (body and after, bound); whether its body has
/// left it, and what the loop gives then. State and result are Nothing where all ways leave, or none does.
enum TurnPart { GoesOn, HasLeft, State, Left };
} // namespace

static Operand makeBoolean(Compose &compose, bool value) { return compose.scalar(compose.getI1Type(), value); }

/// How the turn of an open loop ends that ends in `operand`.
Expected<Operand> Importer::endOfTurn(const Operand &operand, size_t loop) {
  const OpenLoop current = openLoops[loop];
  const bool isOfThis = operand.function == current.header;
  if (isOfThis && operand.is(Kind::Turn))
    return operand;
  if (!isOfThis || !operand.is(Kind::Again))
    return Operand::turn(*current.header,
                         {makeBoolean(compose, false), makeBoolean(compose, true), Operand(), operand});
  // The header belongs to what is around its loop.
  const SmallVector<OpenLoop> inside(llvm::drop_begin(openLoops, loop));
  openLoops.truncate(loop);
  scope_exit reopen([&] { openLoops.append(inside.begin(), inside.end()); });
  auto header = readHeader(*current.header, operand.elements(), current.around);
  if (!header)
    return header.takeError();
  compose.setLoc(current.location);
  auto condition = asCondition(header->condition);
  if (!condition)
    return condition.takeError();
  if (!header->bodyWhenTrue)
    condition = compose.unary(UnaryKind::Not, *condition);
  // Body and after run in later turns than the header that is read here: they must not see its values.
  auto leaveHeader = [&](Operand closure) {
    if (closure.environment == header->frame)
      closure.environment = current.around;
    return closure;
  };
  Operand body = header->body;
  if (body.is(Kind::Choice))
    body = body.withElements({body.elements()[0], leaveHeader(body.elements()[1]), leaveHeader(body.elements()[2])});
  return Operand::turn(*current.header, {*condition, makeBoolean(compose, false),
                                         Operand::tuple({leaveHeader(body), leaveHeader(header->after)}), Operand()});
}

/// Zeros where `operand` has tensors, for a way that has nothing to give; what is measured in `around` has no meaning
/// there.
Expected<Operand> Importer::zerosLike(const Operand &operand, mlir::Operation *around) {
  bool isMeasured = false;
  Operand zeros = mapLeaves(operand, [&](const Operand &leaf) {
    if (leaf.is(Kind::Extent))
      isMeasured |= graph::isMeasuredInside(leaf.expression, around);
    if (!leaf.is(Kind::Tensor))
      return leaf;
    const Extents extents = compose.extentsOf(leaf.tensor);
    isMeasured |= any_of(extents, [&](AffineExpr extent) { return graph::isMeasuredInside(extent, around); });
    return isMeasured ? leaf : Operand(compose.splat(extents, compose.elementOf(leaf.tensor), 0));
  });
  if (isMeasured)
    return createStringError(
        "a loop is left with a tensor whose shape only that way computes; give it a shape that does "
        "not depend on data");
  return zeros;
}

/// Where one of two ways goes on with an open loop and the other may leave it, both become ends of its turn that give
/// the same things. The blocks belong to one operation.
Error Importer::alignTurns(Operand (&results)[2], mlir::Block *const (&blocks)[2]) {
  auto isOf = [&](const Operand &result, const OpenLoop &loop) {
    return (result.is(Kind::Again) || result.is(Kind::Turn)) && result.function == loop.header;
  };
  size_t loop = openLoops.size(); // the innermost that either goes on with
  while (loop > 0 && !isOf(results[0], openLoops[loop - 1]) && !isOf(results[1], openLoops[loop - 1]))
    --loop;
  const bool goOnAlike =
      results[0].is(Kind::Again) && results[1].is(Kind::Again) && results[0].function == results[1].function;
  if (loop-- == 0 || goOnAlike)
    return Error::success();
  mlir::OpBuilder::InsertionGuard guard(compose);
  Operand left[2];
  for (unsigned way = 0; way < 2; ++way) {
    compose.setInsertionPointToEnd(blocks[way]);
    auto end = endOfTurn(results[way], loop);
    if (!end)
      return end.takeError();
    results[way] = *end;
    left[way] = end->elements()[Left];
  }
  // What leaves this loop may go on with one around it.
  if (!left[0].is(Kind::Nothing) && !left[1].is(Kind::Nothing))
    if (Error error = alignTurns(left, blocks))
      return error;
  for (unsigned way = 0; way < 2; ++way) {
    SmallVector<Operand> parts(results[way].elements());
    parts[Left] = left[way];
    compose.setInsertionPointToEnd(blocks[way]);
    for (TurnPart part : {State, Left}) {
      const Operand &other = part == Left ? left[1 - way] : results[1 - way].elements()[part];
      if (!parts[part].is(Kind::Nothing))
        continue;
      auto zeros = zerosLike(other, blocks[way]->getParentOp());
      if (!zeros)
        return zeros.takeError();
      parts[part] = *zeros;
    }
    results[way] = results[way].withElements(parts);
  }
  return Error::success();
}

//===- The loop ----------------------------------------------------------------------------------------------===//

Expected<Operand> Importer::loop(const GraphProto &header, ArrayRef<Operand> arguments, std::shared_ptr<Frame> around) {
  if (Error error = deeper())
    return error;
  scope_exit leave([&] { --depth; });
  const mlir::Location location = compose.getLoc();
  openLoops.push_back({&header, around, location});
  scope_exit close([&] { openLoops.pop_back(); });
  auto first = endOfTurn(Operand::again(header, arguments), openLoops.size() - 1);
  if (!first)
    return first.takeError();

  SmallVector<Value> initial;
  std::string problem;
  Operand skeleton = mapLeaves(first->elements()[State], [&](const Operand &leaf) {
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

  // What a left loop gives is known after its body is read: it is read into an operation without that first.
  const int64_t noLimit = INT64_MAX;
  Value tripCount = graph::makeConstant(compose, location, mlir::RankedTensorType::get({}, compose.getI64Type()),
                                        ArrayRef<char>(reinterpret_cast<const char *>(&noLimit), sizeof(noLimit)));
  auto draft = graph::LoopOp::create(compose, location, mlir::ValueRange(initial).getTypes(), tripCount,
                                     first->elements()[GoesOn].tensor, initial);
  mlir::Block &body = draft.getBody().emplaceBlock();
  body.addArgument(tripCount.getType(), location);
  for (Value value : initial)
    body.addArgument(value.getType(), location);
  SmallVector<Value> yields;
  Operand left;
  bool mayLeave = false;
  {
    mlir::OpBuilder::InsertionGuard guard(compose);
    compose.setInsertionPointToEnd(&body);
    Operand current = fillIn(skeleton, body.getArguments().drop_front());
    auto result = call(current.elements()[0], {});
    if (!result)
      return result.takeError();
    mayLeave = result->is(Kind::Turn) && result->function == &header;
    if (!mayLeave && !(result->is(Kind::Again) && result->function == &header))
      return createStringError("the loop's body does not end by going on with the loop; make it a plain while loop");
    auto turn = endOfTurn(*result, openLoops.size() - 1);
    if (!turn)
      return turn.takeError();
    yields.push_back(turn->elements()[GoesOn].tensor);
    // Leaves of `current` that are tensors are the carried values; all others must stay what they were.
    SmallVector<const Operand *> before, now;
    auto collect = [](const Operand &operand, SmallVector<const Operand *> &into, auto &self) -> void {
      if (!operand.hasElements())
        into.push_back(&operand);
      for (const Operand &element : operand.elements())
        self(element, into, self);
    };
    collect(current, before, collect);
    collect(turn->elements()[State], now, collect);
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
    if (mayLeave) {
      yields.push_back(turn->elements()[HasLeft].tensor);
      left = mapLeaves(turn->elements()[Left], [&](const Operand &leaf) {
        if (leaf.is(Kind::Tensor))
          yields.push_back(leaf.tensor);
        return leaf;
      });
    }
    graph::YieldOp::create(compose, location, yields);
  }
  compose.setLoc(location);
  const size_t stateCount = initial.size();
  if (mayLeave) {
    auto zeros = zerosLike(left, draft);
    if (!zeros)
      return zeros.takeError();
    initial.push_back(makeBoolean(compose, false).tensor);
    left = mapLeaves(*zeros, [&](const Operand &leaf) {
      if (!leaf.is(Kind::Tensor))
        return leaf;
      initial.push_back(leaf.tensor);
      return Operand(Value());
    });
    for (Value value : ArrayRef(initial).drop_front(stateCount))
      body.addArgument(value.getType(), location);
  }
  auto op = graph::LoopOp::create(compose, location, mlir::ValueRange(initial).getTypes(), tripCount,
                                  draft.getCondition(), initial);
  op.getBody().takeBody(draft.getBody());
  draft.erase();
  const SmallVector<Value> results = simplify(op, compose);
  const ArrayRef<Value> all = results;
  const Operand after = fillIn(skeleton, all.take_front(stateCount)).elements()[1];
  close.release();
  openLoops.pop_back();
  if (!mayLeave)
    return call(after, {});
  const Operand result = fillIn(left, all.drop_front(stateCount + 1));
  if (after.is(Kind::Nothing))
    return result;
  return branch(all[stateCount], [&](unsigned way) { return way == 0 ? Result(result) : call(after, {}); });
}

} // namespace wasmind::mindir
