//===- _compiler.cpp - the compiler for Python --------------------------------------------------------------------===//
//
// Conversion between Python and compiler/Compile.h, compiler/frontend/expr, nothing else. A module of its own,
// so that running a model loads no LLVM. The interpreter lock is free while a model is compiled. The compiler has a
// thread of its own for each call: its recursion follows the model's depth, and Python's threads may have any stack.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/Compile.h"
#include "compiler/Operators.h"
#include "compiler/TimeLimit.h"
#include "compiler/frontend/expr/Slides.h"
#include "operators/Library.h"
#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>
#include <pthread.h>

namespace nb = nanobind;
namespace te = wasmind::te;
using namespace nb::literals;

namespace {

[[noreturn]] void raise(const std::string &text) {
  nb::object type = nb::module_::import_("wasmind.error").attr("WasmindError");
  PyErr_SetObject(type.ptr(), nb::make_tuple("InvalidArgument", text).ptr());
  throw nb::python_error();
}

/// The result of `work`, from a thread with a stack that is enough for the deepest formula. Without the interpreter
/// lock.
template <typename Work> auto onLargeStack(Work work) {
  constexpr size_t byteLength = size_t(64) << 20; // of addresses; memory is what is used of it
  struct Call {
    Work &work;
    std::optional<decltype(work())> result;
    std::exception_ptr thrown;
  } call{work, {}, {}};
  nb::gil_scoped_release release;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, byteLength);
  pthread_t thread;
  auto run = [](void *given) -> void * {
    Call &call = *static_cast<Call *>(given);
    try {
      call.result.emplace(call.work());
    } catch (...) {
      call.thrown = std::current_exception();
    }
    return nullptr;
  };
  const int failure = pthread_create(&thread, &attributes, run, &call);
  pthread_attr_destroy(&attributes);
  if (failure != 0)
    throw std::bad_alloc();
  pthread_join(thread, nullptr);
  if (call.thrown)
    std::rethrow_exception(call.thrown);
  return std::move(*call.result);
}

// In Python what is wrong is raised where it is written.
te::Expr checked(te::Expr expression) {
  if (!expression.error().empty())
    raise(expression.error());
  return expression;
}
te::Tensor checked(te::Tensor tensor) {
  if (!tensor.error().empty())
    raise(tensor.error());
  return tensor;
}

te::DType dtypeOf(const std::string &name) {
  auto dtype = te::parseDType(name);
  if (!dtype)
    raise("'" + name + "' is no element type");
  return *dtype;
}

/// `value` as the expression that it is or stands for; `what` it is, for who wrote something else.
te::Expr expressionOf(nb::handle value, const char *what) {
  te::Expr expression(int64_t(0));
  if (!nb::try_cast(value, expression))
    raise(std::string(what) + " is of type " + nb::cast<std::string>(nb::str(value.type().attr("__name__"))) +
          ", not an expression or a number");
  return expression;
}

std::vector<te::Expr> indicesOf(nb::object given) {
  if (!nb::isinstance<nb::tuple>(given))
    return {expressionOf(given, "an index")};
  std::vector<te::Expr> indices;
  for (nb::handle each : nb::cast<nb::tuple>(given))
    indices.push_back(expressionOf(each, "an index"));
  return indices;
}

/// A formula is made of functions of this process.
template <typename T> void refusePickling(nb::class_<T> &type) {
  type.def("__reduce__", [](const T &) -> nb::object {
    throw nb::type_error(
        "formulas of wasmind.te cannot be pickled: write them where they are built, or load the model");
  });
}

/// The operators of Python for expressions, and for axes as such.
template <typename T> void defineOperators(nb::class_<T> &type) {
  using te::Expr;
#define BINARY(name, expression)                                                                                       \
  type.def(                                                                                                            \
      "__" name "__",                                                                                                  \
      [](const T &self, const Expr &other) {                                                                           \
        Expr a(self), b(other);                                                                                        \
        return checked(expression);                                                                                    \
      },                                                                                                               \
      nb::is_operator());
#define BOTH(name, expression)                                                                                         \
  BINARY(name, expression)                                                                                             \
  type.def(                                                                                                            \
      "__r" name "__",                                                                                                 \
      [](const T &self, const Expr &other) {                                                                           \
        Expr b(self), a(other);                                                                                        \
        return checked(expression);                                                                                    \
      },                                                                                                               \
      nb::is_operator());
  BOTH("add", a + b)
  BOTH("sub", a - b)
  BOTH("mul", a * b)
  BOTH("truediv", a / b)
  BOTH("floordiv", te::floordiv(a, b))
  BOTH("mod", te::floormod(a, b))
  BOTH("pow", te::pow(a, b))
  BOTH("and", a & b)
  BOTH("or", a | b)
  BOTH("xor", a ^ b)
  BOTH("lshift", a << b)
  BOTH("rshift", a >> b)
  BINARY("eq", a == b)
  BINARY("ne", a != b)
  BINARY("lt", a < b)
  BINARY("le", a <= b)
  BINARY("gt", a > b)
  BINARY("ge", a >= b)
#undef BOTH
#undef BINARY
  type.def("__neg__", [](const T &self) { return checked(-Expr(self)); })
      .def("__invert__", [](const T &self) { return checked(~Expr(self)); })
      .def("__abs__", [](const T &self) { return checked(te::abs(Expr(self))); })
      .def("astype", [](const T &self, const std::string &dtype) { return checked(te::cast(dtypeOf(dtype), self)); })
      .def("__bool__",
           [](const T &) -> bool {
             throw nb::type_error("an expression has no truth value yet: write & | ~ or te.select");
           })
      .def("__repr__", [](const T &self) { return Expr(self).text(); })
      .def_prop_ro("dtype", [](const T &self) { return std::string(wasmind::abi::nameOf(Expr(self).dtype())); });
}

void defineExpressions(nb::module_ m) {
  using te::Axis, te::Expr, te::Tensor;
  auto axis = nb::class_<Axis>(m, "Axis").def_prop_ro("name", &Axis::name).def_prop_ro("extent", &Axis::extent);
  auto expr = nb::class_<Expr>(m, "Expr")
                  .def(nb::init_implicit<const Axis &>())
                  .def(nb::init_implicit<bool>())
                  .def(nb::init_implicit<int64_t>())
                  .def(nb::init_implicit<double>());
  defineOperators(expr);
  defineOperators(axis);
  refusePickling(expr);
  refusePickling(axis);
  auto tensor =
      nb::class_<Tensor>(m, "Tensor")
          .def_prop_ro("name", &Tensor::name)
          .def_prop_ro("shape", [](const Tensor &self) { return nb::tuple(nb::cast(self.shape())); })
          .def_prop_ro("dtype", [](const Tensor &self) { return std::string(wasmind::abi::nameOf(self.dtype())); })
          .def_prop_ro("ndim", [](const Tensor &self) { return self.shape().size(); })
          .def(
              "__getitem__", [](const Tensor &self, nb::object at) { return checked(self.at(indicesOf(at))); },
              nb::arg().none())
          .def("__call__", [](const Tensor &self, nb::args at) { return checked(self.at(indicesOf(at))); })
          .def("__repr__", [](const Tensor &self) { return "Tensor(" + self.name() + ")"; });
  tensor.attr("__iter__") = nb::none(); // __getitem__ would never end
  refusePickling(tensor);

  m.def("var", [](const std::string &name) { return checked(Expr(te::var(name))); }, "name"_a);
  m.def(
      "reduce_axis",
      [](const Expr &extent, const std::string &name) {
        Axis axis = te::reduce_axis(extent, name);
        checked(Expr(axis));
        return axis;
      },
      "extent"_a, "name"_a);
  m.def(
      "placeholder",
      [](const std::vector<Expr> &shape, const std::string &dtype, const std::string &name) {
        return checked(te::placeholder(shape, dtypeOf(dtype), name));
      },
      "shape"_a, "dtype"_a, "name"_a);
  m.def(
      "compute",
      [](const std::vector<Expr> &shape, nb::callable element, const std::string &name,
         const std::vector<std::string> &axisNames) {
        // An exception waits until the library has returned.
        std::exception_ptr thrown;
        auto call = [&](const std::vector<Expr> &indices) -> Expr {
          try {
            return expressionOf(element(*nb::cast(indices)), "the formula's element");
          } catch (...) {
            thrown = std::current_exception();
            return 0;
          }
        };
        Tensor tensor = te::computeOf(shape, call, name, axisNames);
        if (thrown)
          std::rethrow_exception(thrown);
        return checked(tensor);
      },
      "shape"_a, "element"_a, "name"_a, "axis_names"_a);

#define REDUCTION(name)                                                                                                \
  m.def(                                                                                                               \
      "reduce_" #name,                                                                                                 \
      [](const Expr &element, const std::vector<Axis> &axes) { return checked(te::name(element, axes)); },             \
      "element"_a, "axes"_a);
  REDUCTION(sum)
  REDUCTION(prod)
  REDUCTION(max)
  REDUCTION(min)
  REDUCTION(all)
  REDUCTION(any)
#undef REDUCTION
#define WASMIND_TE_UNARY(function, kind, takes)                                                                        \
  m.def(#function, [](const Expr &x) { return checked(te::function(x)); }, "x"_a);
#define WASMIND_TE_BINARY(function, kind, takes)                                                                       \
  m.def(#function, [](const Expr &a, const Expr &b) { return checked(te::function(a, b)); }, "a"_a, "b"_a);
#include "compiler/frontend/expr/Functions.def"
  m.def(
      "select",
      [](const Expr &condition, const Expr &onTrue, const Expr &onFalse) {
        return checked(te::select(condition, onTrue, onFalse));
      },
      "condition"_a, "on_true"_a, "on_false"_a);
  m.def(
      "cast", [](const std::string &dtype, const Expr &x) { return checked(te::cast(dtypeOf(dtype), x)); }, "dtype"_a,
      "x"_a);
  m.def(
      "const", [](int64_t value, const std::string &dtype) { return checked(te::const_(value, dtypeOf(dtype))); },
      "value"_a, "dtype"_a);
  m.def(
      "const", [](double value, const std::string &dtype) { return checked(te::const_(value, dtypeOf(dtype))); },
      "value"_a, "dtype"_a);
  m.def("min_value", [](const std::string &dtype) { return te::min_value(dtypeOf(dtype)); }, "dtype"_a);
  m.def("max_value", [](const std::string &dtype) { return te::max_value(dtypeOf(dtype)); }, "dtype"_a);
  m.def("is_placeholder", &te::isPlaceholder, "tensor"_a);
  m.def("inputs_of", &te::inputsOf, "outputs"_a);
}

/// One slide per spatial dimension; wasmind/te.py gives the three lists one length.
std::vector<te::Slide> slidesOf(const std::vector<te::Expr> &strides, const std::vector<te::Expr> &pads,
                                const std::vector<te::Expr> &dilations) {
  std::vector<te::Slide> slides;
  for (size_t i = 0; i < strides.size(); ++i)
    slides.push_back({.stride = strides[i], .pad = pads.at(i), .dilation = dilations.at(i)});
  return slides;
}

void defineSlides(nb::module_ &m) {
  using Amounts = std::vector<te::Expr>;
  for (auto [word, function] : {std::pair("convolve", &te::convolve), std::pair("depthwise", &te::depthwise)})
    m.def(
        word,
        [function](const te::Tensor &input, const te::Tensor &weights, const Amounts &extents, const Amounts &strides,
                   const Amounts &pads, const Amounts &dilations, const std::string &name) {
          return checked(function(input, weights, extents, slidesOf(strides, pads, dilations), name));
        },
        "input"_a, "weights"_a, "extents"_a, "strides"_a, "pads"_a, "dilations"_a, "name"_a);
  for (auto [word, function] : {std::pair("max_window", &te::maxWindow), std::pair("min_window", &te::minWindow),
                                std::pair("sum_window", &te::sumWindow)})
    m.def(
        word,
        [function](const te::Tensor &input, const Amounts &sizes, const Amounts &extents, const Amounts &strides,
                   const Amounts &pads, const Amounts &dilations, const std::string &name) {
          return checked(function(input, sizes, extents, slidesOf(strides, pads, dilations), name));
        },
        "input"_a, "sizes"_a, "extents"_a, "strides"_a, "pads"_a, "dilations"_a, "name"_a);
}

using Bounds = std::map<std::string, std::pair<int64_t, int64_t>>;
using Pairs = std::vector<std::pair<std::string, std::string>>;
/// Element type, shape and elements by name.
using Arrays = std::map<std::string, std::tuple<std::string, std::vector<int64_t>, nb::bytes>>;

wasmind::CompileOptions optionsOf(const Bounds &dims, const std::map<std::string, wasmind::InputValue> &constants,
                                  const std::map<std::string, std::vector<std::string>> &shapes,
                                  const std::map<std::string, std::optional<int64_t>> &sequences,
                                  bool hasOverridableDefaults, std::optional<uint64_t> seed, const Pairs &state,
                                  const Arrays &stateInit, bool showsStateOutputs, bool isRelaxedSimd,
                                  const std::vector<bool> &relaxedVariants, bool hasWinograd, bool hasExternalWeights,
                                  int optLevel, uint64_t memoryLimit) {
  wasmind::CompileOptions options;
  for (const auto &[input, output] : state)
    options.state.push_back({input, output});
  for (const auto &[input, array] : stateInit) {
    const auto &[dtype, shape, bytes] = array;
    const auto *first = reinterpret_cast<const uint8_t *>(bytes.c_str());
    options.stateInit[input] = {dtypeOf(dtype), shape, {first, first + bytes.size()}};
  }
  options.showsStateOutputs = showsStateOutputs;
  for (const auto &[name, bounds] : dims)
    options.dims[name] = {bounds.first, bounds.second};
  options.constants = constants;
  options.shapes = shapes;
  options.sequences = sequences;
  options.overridableDefaults = hasOverridableDefaults;
  options.seed = seed;
  options.relaxedSimd = isRelaxedSimd;
  for (const bool isRelaxed : relaxedVariants)
    options.variants.push_back(isRelaxed ? wasmind::Variant::RelaxedSimd : wasmind::Variant::Simd128);
  options.winograd = hasWinograd;
  options.externalWeights = hasExternalWeights;
  options.optLevel = optLevel;
  options.memoryLimit = memoryLimit;
  return options;
}

void defineOptions(nb::module_ &m) {
  nb::class_<wasmind::CompileOptions>(m, "CompileOptions")
      .def_static("make", &optionsOf, "dims"_a, "constants"_a, "shapes"_a, "sequences"_a, "overridable_defaults"_a,
                  "seed"_a.none(), "state"_a, "state_init"_a, "state_outputs"_a, "relaxed_simd"_a, "variants"_a,
                  "winograd"_a, "external_weights"_a, "opt_level"_a, "memory_limit"_a);
  nb::class_<wasmind::InputValue>(m, "InputValue")
      .def_static("array",
                  [](const std::string &dtype, const std::vector<int64_t> &shape, nb::bytes bytes) {
                    auto data = static_cast<const uint8_t *>(bytes.data());
                    return wasmind::InputValue{
                        wasmind::TensorData{dtypeOf(dtype), shape, {data, data + bytes.size()}}, {}, {}};
                  })
      .def_static("numbers", [](const std::vector<std::string> &numbers, const std::vector<int64_t> &shape) {
        // A number alone takes the input's shape.
        return wasmind::InputValue{{}, numbers, shape.empty() ? std::nullopt : std::optional(shape)};
      });
}

/// An elementwise operator by its formula, which is called with one value per input and then per attribute.
wasmind::Operator elementwise(const std::string &name, const std::vector<std::string> &inputs,
                              const std::vector<std::pair<std::string, double>> &attributes,
                              const std::vector<std::string> &dtypes, nb::callable formula) {
  wasmind::Operator made;
  made.name = name;
  made.inputs = inputs;
  for (const auto &[attribute, value] : attributes)
    made.attributes.push_back(wasmind::abi::Attribute::number(attribute, value));
  auto ask = [formula](const std::vector<te::Expr> &values) {
    return checked(expressionOf(formula(*nb::cast(values)), "the formula's element"));
  };
  // Called here once per type, which gives the result's type and lets exceptions out before the compiler is entered.
  for (const std::string &dtype : dtypes) {
    std::vector<te::Expr> probes;
    for (size_t i = 0; i < inputs.size() + attributes.size(); ++i)
      probes.push_back(te::placeholder({1}, dtypeOf(dtype), "x")(0));
    made.variants.push_back({std::vector(inputs.size(), dtypeOf(dtype)), {ask(probes).dtype()}});
  }
  made.formula = ask;
  return made;
}

/// An operator of fixed ranks by its tensors.
wasmind::Operator expression(const std::string &name, const std::vector<te::Tensor> &inputs,
                             const std::vector<te::Tensor> &outputs) {
  wasmind::Operator made;
  made.name = name;
  made.family = wasmind::Family::Expression;
  wasmind::abi::Variant variant;
  for (const te::Tensor &input : inputs) {
    made.inputs.push_back(input.name());
    variant.inputs.push_back(input.dtype());
  }
  made.outputs.clear();
  for (const te::Tensor &output : outputs) {
    made.outputs.push_back(output.name());
    variant.outputs.push_back(output.dtype());
  }
  made.variants = {variant};
  made.define = [inputs, outputs](const wasmind::abi::Variant &) {
    return wasmind::Operator::Tensors{inputs, outputs};
  };
  return made;
}

void defineLibraries(nb::module_ &m) {
  nb::class_<wasmind::Operator>(m, "Operator")
      .def_ro("name", &wasmind::Operator::name)
      .def("__repr__", [](const wasmind::Operator &self) { return "Operator(" + self.name + ")"; });
  m.def("elementwise", &elementwise, "name"_a, "inputs"_a, "attributes"_a, "dtypes"_a, "formula"_a);
  m.def("expression", &expression, "name"_a, "inputs"_a, "outputs"_a);
  m.def("library", [] { return wasmind::operators::all(); });
  m.def(
      "build_library",
      [](const std::vector<wasmind::Operator> &operators, const std::string &module, const std::string &archive,
         const std::string &objects, const std::string &header, const std::vector<std::string> &links,
         bool isRelaxedSimd) {
        wasmind::LibraryOptions options;
        options.operators = operators;
        for (const std::string &link : links)
          options.links.push_back({link});
        options.module = module;
        options.archive = archive;
        options.objectsFolder = objects;
        options.header = header;
        options.relaxedSimd = isRelaxedSimd;
        return onLargeStack([&] {
          nb::gil_scoped_acquire acquire; // formulas are Python's
          return wasmind::buildLibrary(options).error;
        });
      },
      "operators"_a, "module"_a, "archive"_a, "objects"_a, "header"_a, "links"_a, "relaxed_simd"_a);
}

} // namespace

NB_MODULE(_compiler, m) {
  nb::class_<wasmind::CompileResult>(m, "CompileResult")
      .def_ro("error", &wasmind::CompileResult::error)
      .def_ro("notes", &wasmind::CompileResult::notes)
      .def_ro("code_bytes", &wasmind::CompileResult::codeBytes)
      .def_ro("weight_bytes", &wasmind::CompileResult::weightBytes)
      .def_ro("memory_bytes", &wasmind::CompileResult::memoryBytes)
      .def_prop_ro("stage_ms", [](const wasmind::CompileResult &result) {
        nb::dict times;
        for (const wasmind::StageTime &time : result.times)
          times[time.name.c_str()] = time.milliseconds;
        return times;
      });

  defineOptions(m);
  m.def(
      "compile",
      [](const std::string &input, const std::string &output, const wasmind::CompileOptions &options) {
        return onLargeStack([&] { return wasmind::compile(input, output, options); });
      },
      "input"_a, "output"_a, "options"_a);

  // A context manager. nanobind objects live as long as Python wants: the limit as long as the `with`.
  struct Limited {
    double seconds;
    std::string line;
    int exitCode;
    std::optional<wasmind::TimeLimit> limit;
  };
  nb::class_<Limited>(m, "TimeLimit")
      .def("__init__", [](Limited *self, double seconds, std::string line,
                          int exitCode) { new (self) Limited{seconds, std::move(line), exitCode, std::nullopt}; })
      .def("__enter__", [](Limited &self) { self.limit.emplace(self.seconds, self.line, self.exitCode); })
      .def("__exit__", [](Limited &self, nb::args) { self.limit.reset(); });

  nb::module_ expressions = m.def_submodule("te");
  defineExpressions(expressions);
  defineSlides(expressions);
  defineLibraries(expressions);
  m.def(
      "compile_expressions",
      [](const std::vector<te::Tensor> &inputs, const std::vector<te::Tensor> &outputs, const std::string &name,
         const std::string &output, const wasmind::CompileOptions &options) {
        return onLargeStack([&] { return wasmind::compileExpressions(inputs, outputs, name, output, options); });
      },
      "inputs"_a, "outputs"_a, "name"_a, "output"_a, "options"_a);
}
