#include "compiler/frontend/onnx/Recurrent.h"
#include "compiler/frontend/onnx/ControlFlow.h"
#include "llvm/ADT/StringExtras.h"

namespace wasmind::onnx {
namespace {

/// A function's parameters where the node gives none: those of the ONNX operator of its name. None: it takes no such.
struct Parameters {
  llvm::StringLiteral name;
  std::optional<double> alpha, beta;
};
constexpr Parameters functionTable[] = {
    {"relu", {}, {}},         {"tanh", {}, {}},           {"sigmoid", {}, {}},      {"softsign", {}, {}},
    {"softplus", {}, {}},     {"affine", 1.0, 0.0},       {"leakyrelu", 0.01f, {}}, {"thresholdedrelu", 1.0, {}},
    {"scaledtanh", 1.0, 1.0}, {"hardsigmoid", 0.2f, 0.5}, {"elu", 1.0, {}},
};

/// The functions of all directions. Their parameters are lists from which each function that takes one takes the next.
std::optional<llvm::SmallVector<Direction::Activation>> activationsOf(Node &node, int64_t directions,
                                                                      llvm::ArrayRef<llvm::StringRef> defaults) {
  llvm::SmallVector<std::string> names(node.strings("activations"));
  if (names.empty())
    for (int64_t i = 0; i < directions; ++i)
      names.append(defaults.begin(), defaults.end());
  const size_t count = directions * defaults.size();
  if (names.size() != count)
    return node.fail("attribute 'activations' has " + llvm::Twine(names.size()) + " entries, not " +
                     llvm::Twine(count));
  llvm::SmallVector<const Parameters *> functions;
  for (const std::string &name : names) {
    auto found = llvm::find_if(functionTable, [&](const Parameters &f) { return f.name.equals_insensitive(name); });
    if (found == std::end(functionTable))
      return node.fail("activation '" + name + "' is not known");
    functions.push_back(found);
  }
  llvm::SmallVector<Direction::Activation> result;
  for (const Parameters *function : functions)
    result.push_back({function->name.str(), function->alpha.value_or(0), function->beta.value_or(0)});
  auto assign = [&](llvm::StringRef attribute, std::optional<double> Parameters::*parameter,
                    double Direction::Activation::*member) {
    auto values = node.reals(attribute);
    const size_t taken = llvm::count_if(functions, [&](const Parameters *f) { return (f->*parameter).has_value(); });
    if (!values.empty() && values.size() != taken) {
      node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) + " values where its functions (" +
                llvm::join(names, ", ") + ") take " + llvm::Twine(taken) +
                "; give one per function that takes it, in order, or none for the defaults");
      return false;
    }
    auto next = values.begin();
    if (!values.empty())
      for (auto [function, activation] : llvm::zip(functions, result))
        if (function->*parameter)
          activation.*member = *next++;
    return true;
  };
  if (!assign("activation_alpha", &Parameters::alpha, &Direction::Activation::alpha) ||
      !assign("activation_beta", &Parameters::beta, &Direction::Activation::beta))
    return std::nullopt;
  return result;
}

} // namespace

std::optional<RecurrentLayer> recurrentLayer(Node &node, int64_t gates, llvm::ArrayRef<unsigned> stateInputs,
                                             llvm::ArrayRef<llvm::StringRef> activations) {
  Compose &compose = node.compose();
  RecurrentLayer layer;
  layer.batchFirst = node.flag("layout");
  layer.clip = node.real("clip", 0);
  Value x = node.input(0), w = node.input(1), r = node.input(2), b = node.input(3);
  if (node.rank(x) != 3 || node.rank(w) != 3 || node.rank(r) != 3)
    return node.fail("X, W and R must have rank 3");
  layer.x = layer.batchFirst ? compose.transpose(x, {1, 0, 2}) : x;
  auto hidden = node.staticExtent(r, 2);
  if (!hidden || *hidden < 1 || node.integer("hidden_size", *hidden) != *hidden)
    return node.fail("attribute 'hidden_size' must equal the last extent of R");
  layer.hidden = *hidden;
  const std::string direction = node.string("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    return node.fail("attribute 'direction' = '" + direction + "' is not one of forward, reverse, bidirectional");
  const int64_t count = direction == "bidirectional" ? 2 : 1, rows = gates * layer.hidden;
  const Extents shape = compose.extentsOf(layer.x);
  auto number = [&](int64_t n) { return compose.getAffineConstantExpr(n); };
  auto matches = [&](Value &value, const Extents &wanted) {
    Extents own = compose.extentsOf(value);
    if (own.size() != wanted.size() || !llvm::all_of(llvm::zip(own, wanted), [&](auto pair) {
          return compose.equate(std::get<0>(pair), std::get<1>(pair));
        }))
      return false;
    value = compose.reshape(value, wanted);
    return bool(value);
  };
  if (!matches(w, {number(count), number(rows), shape[2]}) ||
      !matches(r, {number(count), number(rows), number(layer.hidden)}) ||
      (b && !matches(b, {number(count), number(2 * rows)})))
    return node.fail("the shapes of W, R or B do not fit " + llvm::Twine(count) + " directions of " +
                     llvm::Twine(gates) + " gates and " + llvm::Twine(layer.hidden) + " hidden elements");
  if (Value lengths = node.input(4)) {
    if (!matches(lengths, {shape[1]}))
      return node.fail("sequence_lens must be [batch]");
    layer.lengths = compose.unsqueeze(compose.cast(lengths, compose.getI64Type()), {1});
  }

  auto functions = activationsOf(node, count, activations);
  if (!functions)
    return std::nullopt;
  auto part = [&](Value value, int64_t i, int64_t from = 0, int64_t size = -1) -> Value {
    if (!value)
      return value;
    Value one = compose.squeeze(compose.sliceDim(value, 0, number(i), number(1)), {0});
    return size < 0 ? one : compose.sliceDim(one, 0, number(from), number(size));
  };
  for (int64_t i = 0; i < count; ++i) {
    Direction d;
    d.reverse = direction == "reverse" || i == 1;
    d.w = part(w, i);
    d.r = part(r, i);
    d.wBias = part(b, i, 0, rows);
    d.rBias = part(b, i, rows, rows);
    for (unsigned input : stateInputs) {
      Value state = node.input(input);
      if (state && node.rank(state) == 3 && layer.batchFirst)
        state = compose.transpose(state, {1, 0, 2});
      if (state && !matches(state, {number(count), shape[1], number(layer.hidden)}))
        return node.fail("the initial state (input " + llvm::Twine(input) + ") must be [directions, batch, hidden]");
      d.states.push_back(state ? part(state, i)
                               : compose.splat({shape[1], number(layer.hidden)}, compose.elementOf(x), 0));
    }
    auto own = llvm::ArrayRef(*functions).slice(i * activations.size(), activations.size());
    d.activations.assign(own.begin(), own.end());
    layer.directions.push_back(std::move(d));
  }
  return layer;
}

Value activate(Node &node, const RecurrentLayer &layer, const Direction &direction, unsigned i, Value x) {
  Compose &compose = node.compose();
  if (!x)
    return x;
  if (layer.clip > 0)
    x = compose.clip(x, -layer.clip, layer.clip);
  const auto &[name, alpha, beta] = direction.activations[i];
  auto scaled = [&](Value v, double factor) { return compose.mul(v, compose.scalarLike(v, factor)); };
  if (name == "tanh")
    return compose.unary(UnaryKind::Tanh, x);
  if (name == "sigmoid")
    return compose.sigmoid(x);
  if (name == "relu")
    return compose.relu(x);
  if (name == "affine")
    return compose.add(scaled(x, alpha), compose.scalarLike(x, beta));
  if (name == "leakyrelu")
    return compose.leakyRelu(x, alpha);
  if (name == "thresholdedrelu")
    return compose.select(compose.compare(CompareKind::Greater, x, compose.scalarLike(x, alpha)), x,
                          compose.scalarLike(x, 0));
  if (name == "scaledtanh")
    return scaled(compose.unary(UnaryKind::Tanh, scaled(x, beta)), alpha);
  if (name == "hardsigmoid")
    return compose.hardSigmoid(x, alpha, beta);
  if (name == "elu")
    return compose.elu(x, alpha);
  if (name == "softsign")
    return compose.div(x, compose.add(compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, 1)));
  return compose.softplus(x);
}

std::optional<DirectionResults>
runDirection(Node &node, const RecurrentLayer &layer, const Direction &direction, Value bias,
             llvm::function_ref<llvm::SmallVector<Value>(Value, llvm::ArrayRef<Value>)> step) {
  Compose &compose = node.compose();
  Value projected = compose.matmul(layer.x, compose.transpose(direction.w, {1, 0}));
  if (bias)
    projected = compose.add(projected, bias);
  if (!projected)
    return std::nullopt;
  const AffineExpr length = compose.extentsOf(layer.x)[0];
  auto results = emitLoop(node, compose.extent(length), Value(), length, direction.states,
                          [&](Value iteration, llvm::ArrayRef<Value> states) -> std::optional<Iteration> {
                            Value at =
                                direction.reverse ? compose.sub(compose.extent(length - 1), iteration) : iteration;
                            Iteration result;
                            result.carried = step(compose.gather(projected, at, 0), states);
                            if (llvm::is_contained(result.carried, Value()))
                              return std::nullopt;
                            Value row = result.carried.front();
                            if (layer.lengths) { // beyond a sequence's end states stay and outputs are zero
                              Value inside = compose.compare(CompareKind::Less, at, layer.lengths);
                              row = compose.select(inside, row, compose.scalarLike(row, 0));
                              for (auto [next, last] : llvm::zip(result.carried, states))
                                next = compose.select(inside, next, last);
                            }
                            result.rows.push_back({row, at});
                            return result;
                          });
  if (!results)
    return std::nullopt;
  return DirectionResults{results->back(), llvm::SmallVector<Value>(llvm::ArrayRef(*results).drop_back())};
}

Results recurrentResults(Node &node, const RecurrentLayer &layer, llvm::ArrayRef<DirectionResults> directions) {
  Compose &compose = node.compose();
  auto join = [&](llvm::function_ref<Value(const DirectionResults &)> part, int64_t dim) {
    llvm::SmallVector<Value> parts;
    for (const DirectionResults &direction : directions)
      parts.push_back(compose.unsqueeze(part(direction), {dim}));
    return compose.concat(parts, dim);
  };
  Value y = join([](const DirectionResults &s) { return s.y; }, 1);
  llvm::SmallVector<Value> results{y && layer.batchFirst ? compose.transpose(y, {2, 0, 1, 3}) : y};
  for (size_t i = 0; i < directions.front().states.size(); ++i) {
    Value state = join([i](const DirectionResults &s) { return s.states[i]; }, 0);
    results.push_back(state && layer.batchFirst ? compose.transpose(state, {1, 0, 2}) : state);
  }
  return results;
}

} // namespace wasmind::onnx
