//===- Recipe.h - calls of primitives that are one operator of the library ----------------------------------------===//
#pragma once
#include "runtime/host/include/wasmind.h"
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::mindspore {

/// mindspore::kernel::op_plugin::KernelInputInfo of 2.10 as its virtual table lays it out: order and signatures matter.
/// MindSpore is built with the old std::string, so no string is passed: the function that returns one is never called.
/// Not in an anonymous namespace: a compiler that sees all derived classes, here none, resolves the calls itself.
class InputInfo {
public:
  struct Layout {
    std::vector<int64_t> strides;
    size_t offset;
  };
  virtual ~InputInfo() = default;
  virtual bool isScalar(size_t index) = 0;
  virtual size_t count() = 0;
  virtual bool boolean(size_t index) = 0;
  virtual int64_t integer(size_t index) = 0;
  virtual double number(size_t index) = 0;
  virtual void text() = 0;
  virtual std::vector<int64_t> integers(size_t index) = 0;
  virtual std::vector<double> numbers(size_t index) = 0;
  virtual void integerTable() = 0;
  virtual void numberTable() = 0;
  virtual int typeId(size_t index) = 0;
  virtual std::optional<Layout> layout(size_t index) = 0;
};

/// The numbers of MindSpore's TypeId (mindapi/base/type_id.h) that are used here.
enum TypeId {
  unknown = 0,
  none = 7,
  list = 17,
  tuple = 18,
  boolean = 30,
  firstInteger = 31,
  lastInteger = 40,
  lastFloat = 45
};

/// What an input of a primitive is to its operator.
struct Part {
  enum Role { Operand, Flip, Axes, Nothing, Number, Constant, Attribute } role;
  std::string name;   ///< of the attribute
  int64_t number = 0; ///< what a Number must be, and a Constant is
};

/// A primitive that is one operator.
struct Recipe {
  /// Of the words that wasmind_plugin_recipe takes.
  Recipe(size_t operatorIndex, const std::string &words);

  size_t operatorIndex;
  std::vector<Part> parts;     ///< per input
  std::vector<Part> constants; ///< attributes that are no inputs
};

/// The number of an element type in wasmind.h; 0 of one that has none.
wasmind_dtype dtypeOf(std::string_view name);

/// What MindSpore passes.
struct Given {
  InputInfo &info;
  size_t inputs, count;
  void **data;
  const int *ranks;
  int64_t *const *shapes;
  const char *const *types;

  bool isTuple(size_t i) const {
    // Of a tuple of numbers MindSpore gives the type of its elements and the shape [length], of an empty one no type.
    const int type = info.typeId(i);
    return type == list || type == tuple || (type == unknown && ranks[i] == 1 && shapes[i][0] == 0);
  }
  bool isTensor(size_t i) const { return !isTuple(i) && info.typeId(i) != none && !info.isScalar(i); }
  bool isIntegral(size_t i) const {
    const int type = info.typeId(i);
    return type >= firstInteger && type <= lastInteger;
  }
  bool isFloat(size_t i) const {
    const int type = info.typeId(i);
    return type > lastInteger && type <= lastFloat;
  }
  /// Element type of the first tensor.
  wasmind_dtype dtype() const {
    for (size_t i = 0; i < inputs; ++i)
      if (isTensor(i))
        return dtypeOf(types[i]);
    return inputs < count ? dtypeOf(types[inputs]) : 0;
  }
};

/// Calls the operator of a recipe, with `turn` locked. Nothing here waits for Python. False: the call is none for the
/// recipe, and nothing was written that counts.
bool run(const Given &given, const Recipe &recipe, wasmind_library *library, std::mutex &turn);

} // namespace wasmind::mindspore
