//===- Signature.cpp - names, sizes and rules of the module contract ----------------------------------------------===//
#include "abi/Signature.h"
#include <algorithm>
#include <cctype>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace wasmind::abi {

std::string_view nameOf(Feature feature) {
  switch (feature) {
#define WASMIND_FEATURE(enumerator, name)                                                                              \
  case Feature::enumerator:                                                                                            \
    return name;
#include "abi/abi.def"
  }
  return "";
}

std::optional<Feature> parseFeature(std::string_view text) {
#define WASMIND_FEATURE(enumerator, name)                                                                              \
  if (text == name)                                                                                                    \
    return Feature::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

bool isPlainFileName(std::string_view name) {
  const bool hasBadCharacter = std::any_of(name.begin(), name.end(), [](char c) {
    return c == '/' || c == '\\' || c == ':' || (unsigned char)(c) < 0x20 || c == 0x7f;
  });
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." && !hasBadCharacter;
}

bool isSha256(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<size_t> Signature::findDim(std::string_view name) const {
  for (size_t index = 0; index < dims.size(); ++index)
    if (dims[index].name == name)
      return index;
  return std::nullopt;
}

const Function *Signature::findFunction(std::string_view name) const {
  for (const Function &function : functions)
    if (function.name == name)
      return &function;
  return nullptr;
}

std::string describe(const DimSum &sum) {
  std::string text;
  for (const DimSum::Term &term : sum.terms) {
    // A name may be a formula itself.
    const bool isWord = std::all_of(term.dim.begin(), term.dim.end(), [](unsigned char c) {
      return c == '_' || c == '.' || c >= 0x80 || std::isalnum(c);
    });
    text += (text.empty() ? "" : " + ") + (term.times == 1 ? "" : std::to_string(term.times) + "*") +
            (isWord ? term.dim : "(" + term.dim + ")");
  }
  return sum.plus == 0 ? text : text + " + " + std::to_string(sum.plus);
}

namespace {

uint64_t saturatingMultiply(uint64_t a, uint64_t b) {
  uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<uint64_t>::max() : product;
}

/// The byte length where each named extent is what `valueOf` says.
template <typename ValueOf>
uint64_t byteLengthWhere(const Tensor &tensor, const std::vector<Dim> &dims, ValueOf valueOf) {
  uint64_t total = byteWidth(tensor.dtype);
  for (const Extent &extent : tensor.shape) {
    int64_t value = extent.value;
    if (extent.isNamed())
      for (const Dim &dim : dims)
        if (dim.name == extent.dim)
          value = valueOf(dim);
    if (value <= 0)
      return 0; // an empty tensor, whatever the other extents are
    total = saturatingMultiply(total, uint64_t(value));
  }
  return total;
}

} // namespace

uint64_t initialByteLength(const Tensor &state, const std::vector<Dim> &dims) {
  return byteLengthWhere(state, dims, [](const Dim &dim) { return dim.initial.value_or(dim.max); });
}

std::optional<uint64_t> actualByteLength(DType dtype, const std::vector<int64_t> &shape) {
  uint64_t total = byteWidth(dtype);
  bool isEmpty = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return std::nullopt;
    isEmpty |= extent == 0;
    total = saturatingMultiply(total, uint64_t(extent == 0 ? 1 : extent));
  }
  if (isEmpty)
    return 0;
  if (total == std::numeric_limits<uint64_t>::max())
    return std::nullopt;
  return total;
}

namespace {

/// Collects the first broken rule; the later ones would often follow from it.
class Validator {
public:
  explicit Validator(const Signature &signature) : signature(signature) {}

  std::optional<Error> run() {
    checkMemory();
    if (signature.library) {
      std::string text = validateLibrary(signature);
      if (!broken && !text.empty())
        broken = Error{Error::Kind::Invalid, std::move(text)};
      return std::move(broken);
    }
    checkCounts();
    checkDims();
    checkFunctions();
    return std::move(broken);
  }

private:
  struct Place {
    Region region;
    std::string name;
  };

  void fail(const std::string &where, const std::string &reason) {
    if (!broken)
      broken = Error{Error::Kind::Invalid, where + ": " + reason};
  }

  static std::string describe(const Region &region) {
    return "bytes " + std::to_string(region.offset) + ".." + std::to_string(region.end());
  }

  /// The region lies inside the memory; overflow of offset + byteLength is excluded before anything adds them.
  bool checkInside(const std::string &where, const Region &region) {
    const uint64_t limit = signature.memory.byteLength();
    if (region.offset > limit || region.byteLength > limit - region.offset) {
      fail(where, "offset " + std::to_string(region.offset) + " and byteLength " + std::to_string(region.byteLength) +
                      " reach past the memory's " + std::to_string(limit) + " bytes");
      return false;
    }
    return true;
  }

  void checkApart(const std::string &where, const Region &region, const std::string &otherName, const Region &other) {
    if (region.byteLength != 0 && other.byteLength != 0 && region.overlaps(other))
      fail(where, describe(region) + " overlap " + otherName + " (" + describe(other) + ")");
  }

  void checkMemory() {
    const MemoryMap &memory = signature.memory;
    if (memory.pages == 0 || memory.pages > maxPageCount)
      return fail("memory.pages", std::to_string(memory.pages) + " is not within 1.." + std::to_string(maxPageCount));
    const std::pair<const char *, const Region *> parts[] = {{"memory.stack", &memory.stack},
                                                             {"memory.extents", &memory.extents},
                                                             {"memory.arena", &memory.arena},
                                                             {"memory.weights", &memory.weights}};
    for (auto [name, region] : parts)
      if (!checkInside(name, *region))
        return;
    // Inputs and outputs may lie in the arena, so it is compared with the other parts only.
    for (size_t first = 0; first < std::size(parts); ++first)
      for (size_t second = first + 1; second < std::size(parts); ++second)
        checkApart(parts[second].first, *parts[second].second, parts[first].first, *parts[first].second);

    const Weights &weights = signature.weights;
    if (!weights.external)
      return;
    if (!checkInside("weights", weights.region()))
      return;
    checkApart("weights", weights.region(), "memory.stack", memory.stack);
    checkApart("weights", weights.region(), "memory.extents", memory.extents);
    if (!isPlainFileName(weights.file))
      fail("weights.file", "not a plain file name");
    if (!isSha256(weights.sha256))
      fail("weights.sha256", "not 64 lower-case hexadecimal digits");
  }

  void checkCounts() {
    size_t tensorCount = 0;
    for (const Function &function : signature.functions)
      tensorCount += function.inputs.size() + function.outputs.size() + function.state.size();
    const std::tuple<const char *, size_t, uint64_t> counts[] = {
        {"dims", signature.dims.size(), maxDimCount},
        {"functions", signature.functions.size(), maxFunctionCount},
        {"functions", tensorCount, maxTensorCount}};
    for (auto [where, count, most] : counts)
      if (count > most)
        fail(where,
             std::to_string(count) + (count == tensorCount ? " tensors" : "") + " are over " + std::to_string(most));
  }

  void checkDims() {
    std::unordered_set<uint64_t> offsets;
    for (const Dim &dim : signature.dims)
      dims.emplace(dim.name, &dim);
    for (size_t index = 0; index < signature.dims.size() && !broken; ++index) {
      const Dim &dim = signature.dims[index];
      const std::string where = "dims[" + std::to_string(index) + "]";
      if (dim.name.empty())
        fail(where + ".name", "empty");
      if (dims.at(dim.name) != &dim)
        fail(where + ".name", "'" + dim.name + "' is named twice");
      if (dim.min < 0 || dim.min > dim.max || dim.max > int64_t(maxExtent))
        fail(where, "bounds " + std::to_string(dim.min) + ".." + std::to_string(dim.max) + " are not within 0.." +
                        std::to_string(maxExtent) + " in this order");
      if (dim.multipleOf < 1 || dim.multipleOf > int64_t(maxExtent) || (dim.multipleOf > 1 && dim.derived))
        fail(where + ".multipleOf",
             dim.derived ? "a derived dim has none"
                         : std::to_string(dim.multipleOf) + " is not within 1.." + std::to_string(maxExtent));
      if (dim.equals)
        checkSum(where + ".equals", dim);
      if (dim.isKept() && dim.derived)
        fail(where + ".initial", "a derived dim has none");
      if (dim.isKept() && (*dim.initial < dim.min || *dim.initial > dim.max))
        fail(where + ".initial", std::to_string(*dim.initial) + " is not within " + std::to_string(dim.min) + ".." +
                                     std::to_string(dim.max));
      const Region &extents = signature.memory.extents;
      if (dim.offset % 4 != 0)
        fail(where + ".offset", std::to_string(dim.offset) + " is not a multiple of 4");
      if (extents.byteLength < 4 || dim.offset < extents.offset || dim.offset > extents.end() - 4)
        fail(where + ".offset",
             std::to_string(dim.offset) + " is not inside memory.extents (" + describe(extents) + ")");
      if (!offsets.insert(dim.offset).second)
        fail(where + ".offset", std::to_string(dim.offset) + " is used twice");
    }
  }

  /// The terms are dims that have no sum of their own, so that hosts find their values first.
  void checkSum(const std::string &where, const Dim &dim) {
    if (dim.derived || dim.isKept())
      fail(where, "only dims that inputs give have one");
    if (dim.equals->terms.empty() || dim.equals->plus > int64_t(maxExtent))
      fail(where, "not a sum of dims");
    for (size_t index = 0; index < dim.equals->terms.size() && !broken; ++index) {
      const DimSum::Term &term = dim.equals->terms[index];
      const std::string entry = where + ".terms[" + std::to_string(index) + "]";
      auto known = dims.find(term.dim);
      if (known == dims.end())
        fail(entry + ".dim", "'" + term.dim + "' is not one of dims");
      else if (known->second->derived || known->second->equals)
        fail(entry + ".dim", "'" + term.dim + "' is derived or a sum itself");
      if (term.times < 1 || term.times > int64_t(maxExtent))
        fail(entry + ".times", std::to_string(term.times) + " is not within 1.." + std::to_string(maxExtent));
    }
  }

  void checkFunctions() {
    if (signature.functions.empty())
      fail("functions", "empty");
    std::unordered_set<std::string_view> names;
    for (size_t index = 0; index < signature.functions.size() && !broken; ++index) {
      const Function &function = signature.functions[index];
      const std::string where = "functions[" + std::to_string(index) + "]";
      if (function.name.empty() || function.name == memoryExport || function.name == errorExport ||
          function.name == abiVersionExport)
        fail(where + ".name", "'" + function.name + "' cannot be the name of an entry");
      if (!names.insert(function.name).second)
        fail(where + ".name", "'" + function.name + "' is named twice");
      checkTensors(where + ".inputs", function.inputs, true);
      checkTensors(where + ".outputs", function.outputs, false);
      checkState(where + ".state", function);
    }
    if (!broken)
      checkStateApart();
  }

  void checkState(const std::string &list, const Function &function) {
    std::unordered_set<std::string_view> names;
    for (const Tensor &input : function.inputs)
      names.insert(input.name);
    for (size_t index = 0; index < function.state.size() && !broken; ++index) {
      const auto &[tensor, output, initialOffset] = function.state[index];
      const std::string where = list + "[" + std::to_string(index) + "]";
      if (tensor.name.empty())
        fail(where + ".name", "empty");
      if (!names.insert(tensor.name).second)
        fail(where + ".name", "'" + tensor.name + "' is named twice among inputs and state");
      if (output.empty())
        fail(where + ".output", "empty");
      for (size_t axis = 0; axis < tensor.shape.size(); ++axis)
        if (auto dim = dims.find(tensor.shape[axis].dim);
            dim != dims.end() && tensor.shape[axis].isNamed() && !dim->second->isKept())
          fail(where + ".shape[" + std::to_string(axis) + "]",
               "'" + tensor.shape[axis].dim + "' is neither a number nor a dim that the module keeps");
      checkShape(where, tensor, /*isInput=*/true);
      checkPlace(where, tensor, /*isInput=*/true);
      checkApart(where, tensor.region(), "memory.arena", signature.memory.arena);
      if (!initialOffset || broken)
        continue;
      const Region initial{*initialOffset, initialByteLength(tensor, signature.dims)},
          &weights = signature.memory.weights;
      if (initial.offset < weights.offset || initial.end() > weights.end())
        fail(where + ".initialOffset",
             describe(initial) + " are not inside memory.weights (" + describe(weights) + ")");
    }
  }

  /// What a state holds outlives the run, so nothing else of any entry lies in it.
  void checkStateApart() {
    std::vector<Place> states, others;
    for (size_t index = 0; index < signature.functions.size(); ++index) {
      const Function &function = signature.functions[index];
      const std::string where = "functions[" + std::to_string(index) + "]";
      for (size_t at = 0; at < function.state.size(); ++at)
        states.push_back({function.state[at].tensor.region(), where + ".state[" + std::to_string(at) + "]"});
      for (size_t at = 0; at < function.inputs.size(); ++at)
        others.push_back({function.inputs[at].region(), where + ".inputs[" + std::to_string(at) + "]"});
      for (size_t at = 0; at < function.outputs.size(); ++at)
        others.push_back({function.outputs[at].region(), where + ".outputs[" + std::to_string(at) + "]"});
    }
    std::erase_if(states, [](const Place &state) { return state.region.byteLength == 0; });
    std::stable_sort(states.begin(), states.end(),
                     [](const Place &a, const Place &b) { return a.region.offset < b.region.offset; });
    for (size_t next = 1; next < states.size(); ++next)
      checkApart(states[next].name, states[next].region, states[next - 1].name, states[next - 1].region);
    if (broken)
      return;
    // The states are apart, so their ends are in the order of their offsets, too.
    for (const Place &other : others) {
      auto state = std::upper_bound(states.begin(), states.end(), other.region.offset,
                                    [](uint64_t offset, const Place &each) { return offset < each.region.end(); });
      if (state != states.end())
        checkApart(state->name, state->region, other.name, other.region);
    }
  }

  void checkTensors(const std::string &list, const std::vector<Tensor> &tensors, bool areInputs) {
    std::unordered_set<std::string_view> names;
    for (size_t index = 0; index < tensors.size() && !broken; ++index) {
      const Tensor &tensor = tensors[index];
      const std::string where = list + "[" + std::to_string(index) + "]";
      if (tensor.name.empty())
        fail(where + ".name", "empty");
      if (!names.insert(tensor.name).second)
        fail(where + ".name", "'" + tensor.name + "' is named twice");
      checkShape(where, tensor, areInputs);
      checkPlace(where, tensor, areInputs);
    }
    if (areInputs && !broken)
      checkInputsApart(list, tensors);
  }

  void checkShape(const std::string &where, const Tensor &tensor, bool isInput) {
    if (tensor.shape.size() > maxRank)
      fail(where + ".shape", "rank " + std::to_string(tensor.shape.size()) + " is over " + std::to_string(maxRank));
    if (tensor.hasDefault && !isInput)
      fail(where + ".default", "only inputs have one");
    bool usesDerived = false;
    for (size_t axis = 0; axis < tensor.shape.size() && !broken; ++axis) {
      const Extent &extent = tensor.shape[axis];
      const std::string entry = where + ".shape[" + std::to_string(axis) + "]";
      if (!extent.isNamed()) {
        if (extent.value < 0 || extent.value > int64_t(maxExtent))
          fail(entry, std::to_string(extent.value) + " is not within 0.." + std::to_string(maxExtent));
        continue;
      }
      auto dim = dims.find(extent.dim);
      if (dim == dims.end())
        return fail(entry, "'" + extent.dim + "' is not one of dims");
      usesDerived |= dim->second->derived;
      if (tensor.hasDefault)
        fail(entry, "'" + extent.dim + "' is open, and a default value has one shape");
      if (isInput && usesDerived)
        fail(entry, "'" + extent.dim + "' is derived, so no host can know it before the run");
    }
    if (broken)
      return;
    // The space of an output with derived extents may be smaller than the product of their bounds: the module promises
    // that the actual product fits, and hosts compare it with byteLength after the run.
    const uint64_t bounded = boundedByteLength(tensor);
    if (usesDerived ? tensor.byteLength > bounded : tensor.byteLength != bounded)
      fail(where + ".byteLength",
           std::to_string(tensor.byteLength) + " where the shape at its bounds needs " +
               (bounded == std::numeric_limits<uint64_t>::max() ? "more than 2^64" : std::to_string(bounded)));
  }

  /// Product of the extents at their upper bounds times the element width; saturates at UINT64_MAX.
  uint64_t boundedByteLength(const Tensor &tensor) const {
    uint64_t total = byteWidth(tensor.dtype);
    for (const Extent &extent : tensor.shape) {
      const int64_t value = extent.isNamed() ? dims.at(extent.dim)->max : extent.value;
      if (value == 0)
        return 0; // an empty tensor, whatever the other extents are
      total = saturatingMultiply(total, uint64_t(value));
    }
    return total;
  }

  void checkPlace(const std::string &where, const Tensor &tensor, bool isInput) {
    const Region region = tensor.region();
    if (broken || !checkInside(where, region))
      return;
    if (tensor.offset % byteWidth(tensor.dtype) != 0)
      fail(where + ".offset", std::to_string(tensor.offset) + " is not a multiple of the element's " +
                                  std::to_string(byteWidth(tensor.dtype)) + " bytes");
    checkApart(where, region, "memory.stack", signature.memory.stack);
    checkApart(where, region, "memory.extents", signature.memory.extents);
    if (isInput) { // hosts write inputs; an output may be a constant and so lie in the weights
      checkApart(where, region, "memory.weights", signature.memory.weights);
      if (signature.weights.external)
        checkApart(where, region, "weights", signature.weights.region());
    }
  }

  /// Writing one input must not change another.
  void checkInputsApart(const std::string &list, const std::vector<Tensor> &inputs) {
    std::vector<size_t> order;
    for (size_t index = 0; index < inputs.size(); ++index)
      if (inputs[index].byteLength != 0)
        order.push_back(index);
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return std::pair(inputs[a].offset, a) < std::pair(inputs[b].offset, b); });
    for (size_t next = 1; next < order.size(); ++next)
      checkApart(list + "[" + std::to_string(order[next]) + "]", inputs[order[next]].region(),
                 list + "[" + std::to_string(order[next - 1]) + "]", inputs[order[next - 1]].region());
  }

  const Signature &signature;
  std::unordered_map<std::string_view, const Dim *> dims;
  std::optional<Error> broken;
};

} // namespace

std::optional<Error> validate(const Signature &signature) { return Validator(signature).run(); }

} // namespace wasmind::abi
