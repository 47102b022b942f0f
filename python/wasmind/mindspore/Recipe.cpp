//===- Recipe.cpp - calls of primitives that are one operator of the library --------------------------------------===//
#include "python/wasmind/mindspore/Recipe.h"
#include <array>
#include <cctype>
#include <cstring>
#include <memory>
#include <sstream>
#include <utility>

namespace wasmind::mindspore {
namespace {

/// The arguments of one call, and what they point to.
class Direct {
public:
  Direct(const Given &given, const Recipe &recipe) : given(given), recipe(recipe) {}

  bool run(wasmind_library *library, std::mutex &turn) {
    if (recipe.parts.size() != given.inputs || given.count - given.inputs > outputs.size() || !library)
      return false;
    for (size_t i = 0; i < given.inputs; ++i)
      if (!add(i, recipe.parts[i]))
        return false;
    for (const Part &part : recipe.constants) {
      wasmind_argument &argument = arguments[argumentCount++];
      argument.kind = WASMIND_INTEGER;
      argument.name = part.name.c_str();
      argument.of.integer = part.number;
    }
    size_t outputCount = 0;
    for (size_t i = given.inputs; i < given.count; ++i)
      if (!setTensor(outputs[outputCount++], i))
        return false;
    wasmind_error *error = nullptr;
    std::lock_guard lock(turn);
    const wasmind_status status = wasmind_library_call(library, recipe.operatorIndex, arguments.data(), argumentCount,
                                                       outputs.data(), outputCount, &error);
    wasmind_error_delete(error);
    return status == WASMIND_OK;
  }

private:
  bool add(size_t i, const Part &part) {
    if (part.role == Part::Nothing)
      return true;
    if (part.role == Part::Number)
      return isNumber(i, part.number);
    if (part.role == Part::Flip)
      return given.info.typeId(i) == boolean && flip(given.info.boolean(i));
    if (argumentCount + recipe.constants.size() == arguments.size())
      return false;
    wasmind_argument &argument = arguments[argumentCount++];
    argument.name = part.role == Part::Attribute ? part.name.c_str() : nullptr;
    if (part.role == Part::Axes)
      return setAxes(argument, i);
    if (part.role == Part::Operand && given.isTensor(i))
      return setTensor(argument, i) && (dense(argument, i), true);
    return setNumber(argument, i);
  }

  bool isNumber(size_t i) const { return given.info.isScalar(i) && given.ranks[i] == 0 && !given.isTuple(i); }
  bool isNumber(size_t i, int64_t wanted) const {
    if (!isNumber(i))
      return false;
    if (given.info.typeId(i) == boolean)
      return given.info.boolean(i) == (wanted != 0);
    return given.isFloat(i) ? given.info.number(i) == static_cast<double>(wanted)
                            : given.isIntegral(i) && given.info.integer(i) == wanted;
  }

  bool setNumber(wasmind_argument &argument, size_t i) {
    // A tuple of one is its number.
    if (given.info.isScalar(i) && given.isIntegral(i) && given.ranks[i] == 1 && given.shapes[i][0] == 1) {
      argument.kind = WASMIND_INTEGER;
      argument.of.integer = given.info.integers(i).front();
      return true;
    }
    if (!isNumber(i))
      return false;
    if (given.info.typeId(i) == boolean) {
      argument.kind = WASMIND_BOOLEAN;
      argument.of.integer = given.info.boolean(i);
    } else if (given.isIntegral(i)) {
      argument.kind = WASMIND_INTEGER;
      argument.of.integer = given.info.integer(i);
    } else if (given.isFloat(i)) {
      argument.kind = WASMIND_NUMBER;
      argument.of.number = given.info.number(i);
    } else {
      return false;
    }
    return true;
  }

  /// A number, several, or None, which as () is all.
  bool setAxes(wasmind_argument &argument, size_t i) {
    if (given.info.typeId(i) == none || given.ranks[0] == 0 ||
        (given.isTuple(i) && given.ranks[i] > 0 && given.shapes[i][0] == 0)) {
      axes.clear();
    } else if (isNumber(i) && given.isIntegral(i)) {
      axes = {given.info.integer(i)};
    } else if (given.info.isScalar(i) && (given.isTuple(i) || given.isIntegral(i))) {
      axes = given.info.integers(i);
    } else {
      return false;
    }
    axisCount = static_cast<int64_t>(axes.size());
    argument.kind = WASMIND_TENSOR;
    argument.of.tensor = {WASMIND_I64, 1, &axisCount, axes.data(), axes.size() * sizeof(int64_t)};
    return true;
  }

  bool setTensor(wasmind_argument &argument, size_t i) {
    const wasmind_dtype dtype = dtypeOf(given.types[i]);
    if (!dtype)
      return false;
    size_t byteLength = wasmind_dtype_byte_width(dtype);
    for (int axis = 0; axis < given.ranks[i]; ++axis)
      byteLength *= static_cast<size_t>(given.shapes[i][axis]);
    argument.kind = WASMIND_TENSOR;
    argument.of.tensor = {dtype, static_cast<size_t>(given.ranks[i]), given.shapes[i], given.data[i], byteLength};
    return true;
  }

  /// Copies a view's elements to where they lie one behind the other.
  void dense(wasmind_argument &argument, size_t i) {
    const std::optional<InputInfo::Layout> layout = given.info.layout(i);
    if (layout)
      copy(argument.of.tensor, layout->strides, layout->offset);
  }

  /// The next operand, from the first on, with its last two axes exchanged.
  bool flip(bool isFlipped) {
    wasmind_argument &argument = arguments[flagCount++];
    if (!isFlipped)
      return true;
    wasmind_tensor &tensor = argument.of.tensor;
    if (flagCount > argumentCount || argument.kind != WASMIND_TENSOR || tensor.rank < 2)
      return false;
    std::vector<int64_t> strides(tensor.rank, 1);
    for (size_t axis = tensor.rank; axis-- > 1;)
      strides[axis - 1] = strides[axis] * tensor.shape[axis];
    std::vector<int64_t> &shape = flipped.emplace_back(tensor.shape, tensor.shape + tensor.rank);
    std::swap(shape[tensor.rank - 1], shape[tensor.rank - 2]);
    std::swap(strides[tensor.rank - 1], strides[tensor.rank - 2]);
    tensor.shape = shape.data();
    copy(tensor, strides, 0);
    return true;
  }

  void copy(wasmind_tensor &tensor, const std::vector<int64_t> &strides, size_t offset) {
    const size_t width = wasmind_dtype_byte_width(tensor.dtype);
    auto made = std::make_unique_for_overwrite<char[]>(tensor.byte_length);
    const char *from = static_cast<const char *>(tensor.data) + offset * width;
    switch (width) {
    case 1:
      gather<uint8_t>(tensor, strides, from, made.get());
      break;
    case 2:
      gather<uint16_t>(tensor, strides, from, made.get());
      break;
    case 4:
      gather<uint32_t>(tensor, strides, from, made.get());
      break;
    default:
      gather<uint64_t>(tensor, strides, from, made.get());
    }
    tensor.data = made.get();
    copies.push_back(std::move(made));
  }

  template <typename Word>
  static void gather(const wasmind_tensor &tensor, const std::vector<int64_t> &strides, const char *from, char *to) {
    const size_t rank = tensor.rank, row = rank ? static_cast<size_t>(tensor.shape[rank - 1]) : 1;
    const int64_t step = rank ? strides[rank - 1] : 0;
    std::vector<int64_t> index(rank);
    const auto *source = reinterpret_cast<const Word *>(from);
    for (char *end = to + tensor.byte_length; to < end;) {
      for (size_t i = 0; i < row; ++i, to += sizeof(Word))
        std::memcpy(to, source + static_cast<int64_t>(i) * step, sizeof(Word));
      for (size_t axis = rank ? rank - 1 : 0; axis--;) {
        source += strides[axis];
        if (++index[axis] < tensor.shape[axis])
          break;
        source -= strides[axis] * tensor.shape[axis];
        index[axis] = 0;
      }
    }
  }

  const Given &given;
  const Recipe &recipe;
  std::array<wasmind_argument, 8> arguments;
  std::array<wasmind_argument, 4> outputs = {};
  size_t argumentCount = 0, flagCount = 0;
  std::vector<int64_t> axes;
  int64_t axisCount = 0;
  std::vector<std::vector<int64_t>> flipped;
  std::vector<std::unique_ptr<char[]>> copies;
};

} // namespace

wasmind_dtype dtypeOf(std::string_view name) {
  constexpr std::pair<std::string_view, wasmind_dtype> names[] = {
      {"float32", WASMIND_F32},  {"int64", WASMIND_I64},   {"int32", WASMIND_I32},  {"bool", WASMIND_BOOL},
      {"float16", WASMIND_F16},  {"float64", WASMIND_F64}, {"int8", WASMIND_I8},    {"int16", WASMIND_I16},
      {"uint8", WASMIND_U8},     {"uint16", WASMIND_U16},  {"uint32", WASMIND_U32}, {"uint64", WASMIND_U64},
      {"bfloat16", WASMIND_BF16}};
  for (const auto &[known, dtype] : names)
    if (known == name)
      return dtype;
  return 0;
}

Recipe::Recipe(size_t operatorIndex, const std::string &text) : operatorIndex(operatorIndex) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t role = std::string_view("t/a-").find(word), equals = word.find('=');
    if (equals != std::string::npos)
      constants.push_back({Part::Constant, word.substr(0, equals), std::stoll(word.substr(equals + 1))});
    else if (role != std::string_view::npos)
      parts.push_back({static_cast<Part::Role>(role), "", 0});
    else if (std::isdigit(static_cast<unsigned char>(word[0])))
      parts.push_back({Part::Number, "", std::stoll(word)});
    else
      parts.push_back({Part::Attribute, word, 0});
  }
}

bool run(const Given &given, const Recipe &recipe, wasmind_library *library, std::mutex &turn) {
  return Direct(given, recipe).run(library, turn);
}

} // namespace wasmind::mindspore
