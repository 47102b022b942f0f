//===- OperatorArguments.cpp - the arguments of a call against the operator's signature ---------------------------===//
#include "runtime/host/src/OperatorArguments.h"
#include "runtime/host/src/Failure.h"
#include "runtime/host/src/OperatorLibrary.h"
#include "runtime/host/src/Scalar.h"
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace wasmind::host {
namespace {

[[noreturn]] void fail(const abi::Operator &called, const std::string &text, const char *kind = "TypeError") {
  throw Failure(WASMIND_INVALID_ARGUMENT, called.name + ": " + text, kind);
}

[[noreturn]] void failValue(const abi::Operator &called, const std::string &text) { fail(called, text, "ValueError"); }

bool isTensor(const wasmind_argument &argument) {
  return argument.kind == WASMIND_TENSOR || argument.kind == WASMIND_GUEST_TENSOR;
}

std::string quoted(const std::string &name) { return "'" + name + "'"; }

template <typename Items, typename Name> std::string listed(const Items &items, Name nameOf) {
  std::string text;
  for (const auto &item : items)
    text += (text.empty() ? "" : ", ") + std::string(nameOf(item));
  return text;
}

std::string counted(size_t count, const std::string &what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

bool isNumber(const wasmind_argument &argument) {
  return argument.kind >= WASMIND_INTEGER && argument.kind <= WASMIND_UNSIGNED;
}

/// A number as the type it was given in.
template <typename Use> auto visit(const wasmind_argument &argument, Use use) {
  switch (argument.kind) {
  case WASMIND_BOOLEAN:
    return use(argument.of.integer != 0);
  case WASMIND_INTEGER:
    return use(argument.of.integer);
  case WASMIND_UNSIGNED:
    return use(argument.of.unsigned_integer);
  default:
    return use(argument.of.number);
  }
}

/// A number as an integer of 64 bits, if it is one.
std::optional<int64_t> integerOf(const wasmind_argument &argument) {
  std::array<uint8_t, 8> bytes;
  if (!visit(argument, [&](auto number) { return writeScalar(abi::DType::I64, number, bytes); }))
    return std::nullopt;
  return std::bit_cast<int64_t>(bytes);
}

/// A number in words.
std::string describe(const wasmind_argument &argument) {
  if (argument.kind == WASMIND_BOOLEAN)
    return argument.of.integer ? "true" : "false";
  if (argument.kind == WASMIND_UNSIGNED)
    return std::to_string(argument.of.unsigned_integer);
  constexpr double exact = double(uint64_t(1) << 53); // integers up to here read as integers
  if (std::optional<int64_t> integer = integerOf(argument);
      integer && (argument.kind == WASMIND_INTEGER || std::fabs(argument.of.number) <= exact))
    return std::to_string(*integer);
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, argument.of.number).ptr;
  return {text, end};
}

/// Sets the operand of a tensor that was given; numbers and WASMIND_NONE are not for here.
void setTensor(const abi::Operator &called, const wasmind_argument &argument, const std::string &name,
               Operand &operand) {
  if (argument.kind == WASMIND_GUEST_TENSOR) {
    if (!argument.of.guest)
      fail(called, quoted(name) + ": the guest tensor is NULL");
    operand.kind = Operand::GuestTensor;
    operand.guest = argument.of.guest;
    return;
  }
  const wasmind_tensor &tensor = argument.of.tensor;
  if (!wasmind_dtype_name(tensor.dtype))
    fail(called, quoted(name) + ": element type of unknown code " + std::to_string(tensor.dtype));
  if (tensor.rank != 0 && !tensor.shape)
    failValue(called, quoted(name) + ": its shape is NULL");
  const uint64_t expected = operandByteLength(called.name, name, abi::DType(tensor.dtype), {tensor.shape, tensor.rank});
  if (expected != tensor.byte_length)
    failValue(called, quoted(name) + ": " + std::to_string(tensor.byte_length) + " bytes where its shape needs " +
                          std::to_string(expected));
  if (tensor.byte_length != 0 && !tensor.data)
    failValue(called, quoted(name) + ": its data is NULL");
  operand.kind = Operand::HostTensor;
  operand.tensor = tensor;
}

/// Element type of a tensor; none of anything else.
std::optional<abi::DType> dtypeOf(const Operand &operand) {
  if (operand.kind == Operand::HostTensor)
    return abi::DType(operand.tensor.dtype);
  if (operand.kind == Operand::GuestTensor)
    return operand.guest->dtype;
  return std::nullopt;
}

Operand attributeOperand(const abi::Operator &called, const abi::Attribute &attribute,
                         const wasmind_argument &argument) {
  auto refuse = [&](const std::string &value, const std::string &taken) {
    failValue(called, "attribute " + quoted(attribute.name) + " is " + value + ", it takes " + taken);
  };
  if (!isNumber(argument))
    fail(called, "attribute " + quoted(attribute.name) + " is a tensor, it takes a number");
  Operand operand = {};
  switch (attribute.type) {
  case abi::AttributeType::I64:
    operand.kind = Operand::Integer;
    if (std::optional<int64_t> integer = integerOf(argument))
      operand.integer = *integer;
    else
      refuse(describe(argument), "an integer of 64 bits");
    break;
  case abi::AttributeType::F64:
    operand.kind = Operand::Number;
    if (argument.kind == WASMIND_BOOLEAN)
      refuse(describe(argument), "a number");
    operand.number = visit(argument, [](auto number) { return double(number); });
    break;
  case abi::AttributeType::Bool:
    operand.kind = Operand::Boolean;
    if (!visit(argument, [](auto number) { return number == 0 || number == 1; }))
      refuse(describe(argument), "true or false");
    operand.integer = visit(argument, [](auto number) { return number != 0; });
    break;
  }
  return operand;
}

Operand defaultOperand(const abi::Operator &called, const abi::Attribute &attribute) {
  if (!attribute.hasDefault)
    fail(called, "attribute " + quoted(attribute.name) + " is missing");
  Operand operand = {};
  operand.kind = attribute.type == abi::AttributeType::F64   ? Operand::Number
                 : attribute.type == abi::AttributeType::I64 ? Operand::Integer
                                                             : Operand::Boolean;
  operand.integer = attribute.defaultInteger;
  operand.number = attribute.defaultNumber;
  return operand;
}

std::string describe(const std::vector<abi::DType> &dtypes) {
  return "(" + listed(dtypes, [](abi::DType dtype) { return abi::nameOf(dtype); }) + ")";
}

/// The first variant whose inputs have the element types of the tensors given; numbers fit any.
const abi::Variant &pickVariant(const abi::Operator &called, std::span<const wasmind_argument *const> inputs,
                                std::span<const Operand> operands) {
  for (const abi::Variant &variant : called.variants) {
    size_t index = 0;
    while (index < inputs.size() && (!isTensor(*inputs[index]) || dtypeOf(operands[index]) == variant.inputs[index]))
      ++index;
    if (index == inputs.size())
      return variant;
  }
  std::optional<abi::DType> first;
  for (size_t index = 0; index < inputs.size() && !first; ++index)
    first = dtypeOf(operands[index]);
  std::vector<abi::DType> given;
  for (size_t index = 0; index < inputs.size(); ++index)
    given.push_back(dtypeOf(operands[index]).value_or(*first));
  fail(called, "not built for " + describe(given) + "; built for " +
                   listed(called.variants, [](const abi::Variant &variant) { return describe(variant.inputs); }));
}

void bindLinked(const abi::Operator &called, std::span<const wasmind_argument> arguments,
                std::span<const wasmind_argument> outputs, OperatorArguments &bound) {
  if (arguments.size() + outputs.size() > abi::maxOperandCount)
    fail(called,
         counted(arguments.size() + outputs.size(), "argument") + " are over " + std::to_string(abi::maxOperandCount));
  bound.firstOutput = arguments.size();
  bound.count = arguments.size() + outputs.size();
  std::fill_n(bound.operands.begin(), bound.count, Operand{});
  for (size_t index = 0; index < bound.count; ++index) {
    const bool isOutput = index >= arguments.size();
    const wasmind_argument &argument = isOutput ? outputs[index - arguments.size()] : arguments[index];
    Operand &operand = bound.operands[index];
    if (!isOutput && argument.name)
      fail(called, "no attribute '" + std::string(argument.name) + "'; it has none");
    if (isTensor(argument))
      setTensor(called, argument, "argument " + std::to_string(index), operand);
    else if (argument.kind == WASMIND_NONE)
      continue; // what the operator makes of it is its own affair
    else if (argument.kind == WASMIND_NUMBER) {
      operand.kind = Operand::Number;
      operand.number = argument.of.number;
    } else if (argument.kind == WASMIND_BOOLEAN) {
      operand.kind = Operand::Boolean;
      operand.integer = argument.of.integer != 0;
    } else {
      operand.kind = Operand::Integer;
      const std::optional<int64_t> integer = isNumber(argument) ? integerOf(argument) : std::nullopt;
      if (!integer)
        failValue(called, "argument " + std::to_string(index) + ": " +
                              (isNumber(argument) ? describe(argument) + " does not fit i64"
                                                  : "of unknown kind " + std::to_string(argument.kind)));
      operand.integer = *integer;
    }
  }
}

} // namespace

uint64_t operandByteLength(std::string_view who, std::string_view name, abi::DType dtype,
                           std::span<const int64_t> shape) {
  auto refuse = [&](const std::string &text) {
    throw Failure(WASMIND_INVALID_ARGUMENT, std::string(who) + ": '" + std::string(name) + "': " + text, "ValueError");
  };
  if (shape.size() > abi::maxOperandRank)
    refuse("rank " + std::to_string(shape.size()) + " is over " + std::to_string(abi::maxOperandRank));
  bool isEmpty = false;
  uint64_t byteLength = abi::byteWidth(dtype);
  for (int64_t extent : shape) {
    if (extent < 0 || uint64_t(extent) > abi::maxExtent)
      refuse("extent " + std::to_string(extent) + " is not within 0.." + std::to_string(abi::maxExtent));
    isEmpty |= extent == 0;
    byteLength = std::min(byteLength * std::max<uint64_t>(1, uint64_t(extent)), uint64_t(1) << 32);
  }
  return isEmpty ? 0 : byteLength;
}

void bindArguments(const abi::Operator &called, std::span<const wasmind_argument> arguments,
                   std::span<const wasmind_argument> outputs, OperatorArguments &bound) {
  if (called.origin == abi::Origin::Linked)
    return bindLinked(called, arguments, outputs, bound);

  const size_t inputCount = called.inputs.size(), attributeCount = called.attributes.size();
  if (called.variadic) {
    size_t tensors = 0;
    while (tensors < arguments.size() && (tensors < inputCount || isTensor(arguments[tensors])))
      ++tensors;
    if (tensors + called.argumentCount() - inputCount > abi::maxOperandCount)
      fail(called, counted(tensors, "tensor") + " where it takes up to " +
                       std::to_string(abi::maxOperandCount - called.argumentCount() + inputCount));
    if (tensors > inputCount)
      return bindArguments(bound.longer.emplace(called.withInputs(tensors)), arguments, outputs, bound);
  }
  bound.firstOutput = inputCount + attributeCount;
  bound.count = called.argumentCount();
  for (size_t index = 0; index < bound.count; ++index)
    bound.operands[index].kind = Operand::None;
  std::array<const wasmind_argument *, abi::maxOperandCount> given = {};
  size_t positional = 0;
  for (const wasmind_argument &argument : arguments)
    positional += !argument.name;
  if (positional < inputCount || positional > inputCount + attributeCount) {
    std::string text = counted(positional, "argument") + " where it takes " + counted(inputCount, "tensor") +
                       (inputCount ? ": " : "") + listed(called.inputs, [](const std::string &name) { return name; });
    if (attributeCount)
      text += "; and " + counted(attributeCount, "attribute") + ": " +
              listed(called.attributes, [](const abi::Attribute &attribute) { return attribute.name; });
    fail(called, text);
  }
  size_t position = 0;
  for (const wasmind_argument &argument : arguments) {
    size_t place = position;
    if (argument.name) {
      const std::string_view name = argument.name;
      auto found = std::find_if(called.attributes.begin(), called.attributes.end(),
                                [&](const abi::Attribute &attribute) { return attribute.name == name; });
      if (found == called.attributes.end())
        fail(called, "no attribute '" + std::string(name) + "'; it has " +
                         (attributeCount == 0 ? "none" : listed(called.attributes, [](const abi::Attribute &attribute) {
                           return attribute.name;
                         })));
      place = inputCount + size_t(found - called.attributes.begin());
    } else {
      ++position;
    }
    if (given[place])
      fail(called, "attribute " + quoted(called.attributes[place - inputCount].name) + " is given twice");
    given[place] = &argument;
  }

  bool hasTensor = inputCount == 0;
  for (size_t index = 0; index < inputCount; ++index) {
    if (given[index]->kind == WASMIND_NONE)
      fail(called, quoted(called.inputs[index]) + " is missing");
    if (isNumber(*given[index]))
      continue;
    if (!isTensor(*given[index]))
      fail(called, quoted(called.inputs[index]) + ": argument of unknown kind " + std::to_string(given[index]->kind));
    setTensor(called, *given[index], called.inputs[index], bound.operands[index]);
    hasTensor = true;
  }
  if (!hasTensor)
    fail(called, "needs a tensor among its arguments");
  bound.variant = &pickVariant(called, {given.data(), inputCount}, {bound.operands.data(), inputCount});
  for (size_t index = 0; index < inputCount; ++index) {
    Operand &operand = bound.operands[index];
    if (isTensor(*given[index]))
      continue;
    const abi::DType dtype = bound.variant->inputs[index];
    if (!visit(*given[index], [&](auto number) { return writeScalar(dtype, number, operand.scalar); }))
      failValue(called, quoted(called.inputs[index]) + ": " + describe(*given[index]) + " does not fit element type " +
                            std::string(abi::nameOf(dtype)));
    operand.kind = Operand::HostTensor;
    operand.tensor = {wasmind_dtype(dtype), 0, nullptr, operand.scalar.data(), size_t(abi::byteWidth(dtype))};
  }

  for (size_t index = 0; index < attributeCount; ++index) {
    const wasmind_argument *argument = given[inputCount + index];
    bound.operands[inputCount + index] = argument ? attributeOperand(called, called.attributes[index], *argument)
                                                  : defaultOperand(called, called.attributes[index]);
  }

  if (outputs.size() != called.outputs.size())
    fail(called, counted(outputs.size(), "output") + " given where it has " + std::to_string(called.outputs.size()) +
                     ": " + listed(called.outputs, [](const std::string &name) { return name; }));
  for (size_t index = 0; index < outputs.size(); ++index) {
    if (outputs[index].kind == WASMIND_NONE)
      continue;
    if (!isTensor(outputs[index]))
      fail(called, "output " + quoted(called.outputs[index]) + " is a number, it takes a tensor");
    Operand &operand = bound.operands[bound.firstOutput + index];
    setTensor(called, outputs[index], called.outputs[index], operand);
    if (const abi::DType dtype = *dtypeOf(operand), wanted = bound.variant->outputs[index]; dtype != wanted)
      fail(called, "output " + quoted(called.outputs[index]) + " has element type " + std::string(abi::nameOf(dtype)) +
                       ", the result has " + std::string(abi::nameOf(wanted)));
  }
}

std::string nearestOperator(const std::vector<abi::Operator> &operators, std::string_view name) {
  auto lower = [](char each) { return each >= 'A' && each <= 'Z' ? char(each - 'A' + 'a') : each; };
  // Edits from one to the other (V. I. Levenshtein, 1966), letters of either case being the same.
  auto distance = [&](std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t column = 0; column <= b.size(); ++column)
      row[column] = column;
    for (size_t line = 1; line <= a.size(); ++line) {
      size_t diagonal = row[0];
      row[0] = line;
      for (size_t column = 1; column <= b.size(); ++column) {
        const size_t replaced = diagonal + (lower(a[line - 1]) != lower(b[column - 1]));
        diagonal = row[column];
        row[column] = std::min({row[column] + 1, row[column - 1] + 1, replaced});
      }
    }
    return row[b.size()];
  };
  const abi::Operator *best = nullptr;
  size_t least = 0;
  if (name.size() <= abi::maxOperatorNameByteLength)
    for (const abi::Operator &each : operators)
      if (size_t edits = distance(name, each.name); !best || edits < least) {
        best = &each;
        least = edits;
      }
  return best && least <= std::max<size_t>(1, name.size() / 2) ? "the nearest is '" + best->name + "'" : "";
}

} // namespace wasmind::host
