#include "compiler/frontend/Inputs.h"
#include "compiler/graph/Constants.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"

namespace wasmind::frontend {

abi::DType dtypeOf(mlir::Type element) {
  std::string name;
  if (element.isBF16())
    name = "bf16";
  else if (auto type = mlir::dyn_cast<mlir::FloatType>(element))
    name = "f" + std::to_string(type.getWidth());
  else if (element.isInteger(1))
    name = "bool";
  else
    name = (element.isUnsignedInteger() ? "u" : "i") + std::to_string(element.getIntOrFloatBitWidth());
  return *abi::parseDType(name);
}

namespace {

std::string nameOf(mlir::Type element) { return std::string(abi::nameOf(dtypeOf(element))); }

std::string textOf(const InputExtent &extent) {
  return extent.isNumber() ? std::to_string(extent.number) : "'" + extent.name + "'";
}

std::string textOf(llvm::ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t n) { return std::to_string(n); }), ", ") + "]";
}

llvm::Error error(const llvm::Twine &text) { return llvm::createStringError(text); }

//===- Extents that get a number or another name ---------------------------------------------------------------===//

/// What becomes of the names of extents, and on whose word.
class Renaming {
public:
  explicit Renaming(const ImportOptions &options, llvm::StringSet<> &usedDims) : options(options), usedDims(usedDims) {}

  /// `from` is the declared extent of an axis of `input`.
  llvm::Error add(const Input &input, size_t axis, const InputExtent &from, const InputExtent &to,
                  const std::string &option) {
    const std::string place = option + ": axis " + std::to_string(axis) + " of input '" + input.name + "' is ";
    if (from.isNumber()) {
      if (from == to)
        return llvm::Error::success();
      return error(place + textOf(from) + ", not " + textOf(to));
    }
    if (to.isNumber())
      if (auto bounds = options.dims.find(from.name); bounds != options.dims.end()) {
        usedDims.insert(from.name);
        if (to.number < bounds->second.min || to.number > bounds->second.max)
          return error(place + textOf(from) + ", which --dim puts in " + llvm::Twine(bounds->second.min) + ".." +
                       llvm::Twine(bounds->second.max) + ", not " + textOf(to));
      }
    auto [known, isNew] = targets.try_emplace(from.name, to, option);
    if (isNew || known->second.first == to)
      return llvm::Error::success();
    return error(place + textOf(from) + ", which is " + textOf(known->second.first) + " by " + known->second.second +
                 ", not " + textOf(to));
  }

  void apply(llvm::MutableArrayRef<Input> inputs) const {
    for (Input &input : inputs)
      if (input.shape)
        for (InputExtent &extent : *input.shape)
          if (auto found = targets.find(extent.name); !extent.isNumber() && found != targets.end())
            extent = found->second.first;
  }

private:
  const ImportOptions &options;
  llvm::StringSet<> &usedDims;
  llvm::StringMap<std::pair<InputExtent, std::string>> targets; ///< by name: what it becomes, the option that says so
};

llvm::Expected<InputExtent> parseExtent(llvm::StringRef text, const std::string &option) {
  int64_t number = 0;
  if (!text.getAsInteger(10, number) && number >= 0 && number <= INT32_MAX)
    return InputExtent(number);
  if (text.empty() || text.find_first_not_of("+-0123456789") == llvm::StringRef::npos)
    return error(option + ": '" + text + "' is no extent; expected numbers and names, as in 1,3,height,width");
  return InputExtent(text.str());
}

llvm::Error applyShape(Input &input, const std::vector<std::string> &given, Renaming &renaming) {
  const std::string option = "--shape " + input.name + "=" + llvm::join(given, ",");
  llvm::SmallVector<InputExtent> extents;
  for (const std::string &text : given) {
    auto extent = parseExtent(text, option);
    if (!extent)
      return extent.takeError();
    extents.push_back(*extent);
  }
  if (!input.shape) {
    input.shape = std::move(extents);
    return llvm::Error::success();
  }
  if (input.shape->size() != extents.size())
    return error(option + ": input '" + input.name + "' has rank " + llvm::Twine(input.shape->size()) + ", not " +
                 llvm::Twine(extents.size()));
  for (size_t axis = 0; axis < extents.size(); ++axis)
    if (llvm::Error wrong = renaming.add(input, axis, (*input.shape)[axis], extents[axis], option))
      return wrong;
  return llvm::Error::success();
}

//===- Inputs that become constants ----------------------------------------------------------------------------===//

/// Appends a number as an element of the type has it; false when it is none.
bool encode(mlir::Type element, llvm::StringRef text, std::vector<char> &bytes) {
  const unsigned byteWidth = abi::byteWidth(dtypeOf(element));
  llvm::APInt bits(64, 0);
  if (auto type = mlir::dyn_cast<mlir::FloatType>(element)) {
    llvm::APFloat value(type.getFloatSemantics());
    auto status = value.convertFromString(text, llvm::APFloat::rmNearestTiesToEven);
    if (!status) {
      llvm::consumeError(status.takeError());
      return false;
    }
    if (*status & (llvm::APFloat::opOverflow | llvm::APFloat::opInvalidOp))
      return false;
    bits = value.bitcastToAPInt().zext(64);
  } else if (element.isInteger(1)) {
    if (text != "0" && text != "1" && text != "true" && text != "false")
      return false;
    bits = text == "1" || text == "true";
  } else if (element.isUnsignedInteger()) {
    uint64_t value = 0;
    if (text.getAsInteger(10, value) || !llvm::isUIntN(8 * byteWidth, value))
      return false;
    bits = value;
  } else {
    int64_t value = 0;
    if (text.getAsInteger(10, value) || !llvm::isIntN(8 * byteWidth, value))
      return false;
    bits = llvm::APInt(64, uint64_t(value));
  }
  const uint64_t word = bits.getZExtValue();
  for (unsigned i = 0; i < byteWidth; ++i)
    bytes.push_back(char(word >> (8 * i)));
  return true;
}

/// The shape that numbers without one get: that of the input, of which one extent may be open.
llvm::Expected<std::vector<int64_t>> fill(const Input &input, int64_t count, const std::string &option) {
  if (!input.shape)
    return error(option + ": input '" + input.name + "' has no shape, not even a rank; give it with --shape " +
                 input.name + "=... as well");
  int64_t product = 1;
  unsigned open = 0;
  for (const InputExtent &extent : *input.shape)
    if (!extent.isNumber())
      ++open;
    else if (__builtin_mul_overflow(product, extent.number, &product))
      product = 0;
  const bool fits = open == 0   ? product == count
                    : open == 1 ? product > 0 && count % product == 0
                                : product == 1 && count == 1;
  if (!fits)
    return error(option + ": " + llvm::Twine(count) + (count == 1 ? " number does" : " numbers do") +
                 " not fill input '" + input.name + "' of shape [" +
                 llvm::join(llvm::map_range(*input.shape, [](const auto &extent) { return textOf(extent); }), ", ") +
                 "]");
  std::vector<int64_t> shape;
  for (const InputExtent &extent : *input.shape)
    shape.push_back(extent.isNumber() ? extent.number : count / product);
  return shape;
}

llvm::Error applyConstant(Input &input, const InputValue &given, Renaming &renaming) {
  const std::string option = "--constant " + input.name;
  std::vector<int64_t> shape;
  input.constant = std::make_shared<std::vector<char>>();
  if (given.array) {
    shape = given.array->shape;
    // numpy has no bf16: u16 carries the bits.
    const bool isBits = input.element.isBF16() && given.array->dtype == abi::DType::U16;
    if (given.array->dtype != dtypeOf(input.element) && !isBits)
      return error(option + ": the array has elements of " + std::string(abi::nameOf(given.array->dtype)) +
                   ", input '" + input.name + "' of " + nameOf(input.element));
    input.constant->assign(given.array->bytes.begin(), given.array->bytes.end());
  } else {
    for (const std::string &number : given.numbers)
      if (!encode(input.element, number, *input.constant))
        return error(option + ": '" + number + "' is no number of " + nameOf(input.element) +
                     "; expected numbers with commas between, or an array as a file .npy");
    if (given.shape) {
      shape = *given.shape;
    } else {
      auto filled = fill(input, int64_t(given.numbers.size()), option);
      if (!filled)
        return filled.takeError();
      shape = *filled;
    }
  }
  uint64_t byteLength = abi::byteWidth(dtypeOf(input.element));
  for (int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(byteLength, uint64_t(extent), &byteLength))
      return error(option + ": " + textOf(shape) + " is no shape");
  if (byteLength != input.constant->size())
    return error(option + ": shape " + textOf(shape) + " takes " + llvm::Twine(byteLength) + " bytes, " +
                 llvm::Twine(input.constant->size()) + " are given");
  if (!input.shape)
    input.shape.emplace(shape.begin(), shape.end());
  if (input.shape->size() != shape.size())
    return error(option + ": the array has shape " + textOf(shape) + ", input '" + input.name + "' has rank " +
                 llvm::Twine(input.shape->size()));
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (llvm::Error wrong = renaming.add(input, axis, (*input.shape)[axis], shape[axis], option))
      return wrong;
  return llvm::Error::success();
}

llvm::Error refuseUnknown(llvm::StringRef option, llvm::StringRef name, llvm::ArrayRef<Input> inputs) {
  if (llvm::any_of(inputs, [&](const Input &input) { return input.name == name; }))
    return llvm::Error::success();
  std::string known = llvm::join(llvm::map_range(inputs, [](const Input &input) { return input.name; }), ", ");
  return error(option + " " + name + ": no input of that name; " +
               (known.empty() ? "there are none" : "the inputs are " + known));
}

} // namespace

llvm::StringSet<> extentsOfStates(llvm::ArrayRef<Input> inputs, const ImportOptions &options) {
  llvm::StringSet<> names;
  for (const Input &input : inputs)
    if (input.shape && options.states.contains(input.name))
      for (const InputExtent &extent : *input.shape)
        if (!extent.isNumber())
          names.insert(extent.name);
  return names;
}

llvm::Error applyInputOptions(llvm::MutableArrayRef<Input> inputs, const ImportOptions &options,
                              llvm::StringSet<> &usedDims, std::vector<std::string> &notes) {
  for (const auto &[name, shape] : options.shapes)
    if (llvm::Error unknown = refuseUnknown("--shape", name, inputs))
      return unknown;
  for (const auto &[name, value] : options.constants)
    if (llvm::Error unknown = refuseUnknown("--constant", name, inputs))
      return unknown;

  Renaming byShapes(options, usedDims), byConstants(options, usedDims);
  for (Input &input : inputs)
    if (auto given = options.shapes.find(input.name); given != options.shapes.end())
      if (llvm::Error wrong = applyShape(input, given->second, byShapes))
        return wrong;
  byShapes.apply(inputs);
  for (Input &input : inputs)
    if (auto given = options.constants.find(input.name); given != options.constants.end()) {
      if (llvm::Error wrong = applyConstant(input, given->second, byConstants))
        return wrong;
      notes.push_back("input '" + input.name + "' is a constant and no longer an input");
    }
  byConstants.apply(inputs);
  return llvm::Error::success();
}

} // namespace wasmind::frontend
