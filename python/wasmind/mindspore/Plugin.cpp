//===- Plugin.cpp - the shared object MindSpore's operator plug-in hook loads -------------------------------------===//
//
// MindSpore 2.10 opens the file that MS_OP_PLUGIN_PATH names, asks it once for a list of primitives, and calls for each
// of them the function of that name in place of its own CPU kernel. Here these functions describe the call in plain
// words and hand it to one receiver, which plugin.py installs.
//
// Entries.inc holds PRIMITIVE(Name) for every primitive of primitives.py; only those chosen with wasmind_plugin_choose
// are listed. Nothing of MindSpore is included or linked: what crosses is C data and the virtual functions declared
// below.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
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

} // namespace wasmind::mindspore

namespace {

using wasmind::mindspore::InputInfo;

/// The numbers of MindSpore's TypeId (mindapi/base/type_id.h) that are used here.
enum TypeId { none = 7, list = 17, tuple = 18, boolean = 30, firstInteger = 31, lastInteger = 40, lastFloat = 45 };

/// What follows a kind in the words of a call:
///   Tensor    type, address of the storage, rank, shape [rank], number of strides (0: dense and row-major), strides in
///             elements, offset of the first element in elements
///   None      -
///   Bool      0 or 1
///   Integer   the value
///   Float     the bits of a double
///   Integers  count, values
///   Unknown   type
enum Kind : int64_t { Tensor, None, Bool, Integer, Float, Integers, Unknown };

/// Returns 0, or writes a NUL-terminated text of at most `capacity` bytes to `error`.
/// words: number of inputs, number of outputs, then each as above. All is valid during the call only.
using Receiver = int32_t (*)(const char *primitive, const int64_t *words, int32_t count, char *error, int32_t capacity);

Receiver receiver = nullptr;
std::vector<const char *> chosen;
std::atomic<bool> listed = false;

const char *const known[] = {
#define PRIMITIVE(name) #name,
#include "Entries.inc"
#undef PRIMITIVE
};

/// An element type as a number: 256 times the letter of its kind (B for bfloat16, ? for what is no number), plus bits.
int64_t typeOf(const char *name) {
  if (!std::strcmp(name, "bool"))
    return 'b' * 256 + 8;
  bool brain = !std::strncmp(name, "bfloat", 6);
  const char *digits = name + std::strcspn(name, "0123456789");
  char kind = brain ? 'B' : *digits && std::strchr("fiuc", *name) ? *name : '?';
  return kind * 256 + std::strtol(digits, nullptr, 10);
}

/// The arguments of one call as MindSpore passes them, turned into words.
struct Call {
  InputInfo &info;
  void **data;
  const int *ranks;
  int64_t *const *shapes;
  const char *const *types;
  std::vector<int64_t> words;

  void put(std::initializer_list<int64_t> some) { words.insert(words.end(), some); }
  void put(const int64_t *some, size_t count) { words.insert(words.end(), some, some + count); }

  void tensor(size_t i, const std::optional<InputInfo::Layout> &layout) {
    put({Tensor, typeOf(types[i]), reinterpret_cast<intptr_t>(data[i]), ranks[i]});
    put(shapes[i], ranks[i]);
    if (!layout)
      return put({0, 0});
    if (layout->strides.size() != static_cast<size_t>(ranks[i]))
      throw std::runtime_error("wasmind: MindSpore gives a tensor's strides in another rank than its shape");
    put({ranks[i]});
    put(layout->strides.data(), layout->strides.size());
    put({static_cast<int64_t>(layout->offset)});
  }

  void input(size_t i) {
    int type = info.typeId(i);
    if (type == TypeId::none)
      return put({None});
    if (!info.isScalar(i) && type != list && type != tuple)
      return tensor(i, info.layout(i));
    bool integral = type >= firstInteger && type <= lastInteger;
    // Of a tuple of numbers MindSpore gives the type of its elements and the shape [length].
    if (ranks[i] > 0 ? integral : type == list || type == tuple) {
      std::vector<int64_t> values = info.integers(i);
      put({Integers, static_cast<int64_t>(values.size())});
      return put(values.data(), values.size());
    }
    if (ranks[i] == 0 && type == TypeId::boolean)
      return put({Bool, info.boolean(i)});
    if (ranks[i] == 0 && integral)
      return put({Integer, info.integer(i)});
    if (ranks[i] == 0 && type > lastInteger && type <= lastFloat)
      return put({Float, std::bit_cast<int64_t>(info.number(i))});
    put({Unknown, typeOf(types[i])});
  }
};

/// Throws std::runtime_error, which MindSpore raises as RuntimeError with this text; of a non-zero return it would show
/// the number only.
int call(const char *primitive, int count, void **data, const int *ranks, int64_t *const *shapes,
         const char *const *types, void *extra) {
  auto &info = *static_cast<InputInfo *>(extra);
  size_t inputs = info.count();
  if (!receiver || count < 0 || inputs > static_cast<size_t>(count))
    throw std::runtime_error(receiver ? "wasmind: MindSpore passes fewer arguments than inputs"
                                      : "wasmind: the list of primitives was not set by wasmind.mindspore.enable");
  Call call{info, data, ranks, shapes, types, {}};
  call.words.reserve(64);
  call.put({static_cast<int64_t>(inputs), static_cast<int64_t>(count - inputs)});
  for (size_t i = 0; i < static_cast<size_t>(count); ++i)
    i < inputs ? call.input(i) : call.tensor(i, std::nullopt);
  char error[1024] = "";
  if (receiver(primitive, call.words.data(), static_cast<int32_t>(call.words.size()), error, sizeof error))
    throw std::runtime_error(error);
  return 0;
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int GetRegisteredOpCount() {
  listed = true;
  return static_cast<int>(chosen.size());
}
EXPORT const char **GetAllRegisteredOps() { return chosen.data(); }

/// Puts `name` on the list. False: it is not of primitives.py, or MindSpore has read the list already.
EXPORT bool wasmind_plugin_choose(const char *name) {
  for (const char *each : known)
    if (!listed && !std::strcmp(each, name)) {
      chosen.push_back(each);
      return true;
    }
  return false;
}
EXPORT void wasmind_plugin_clear() { chosen.clear(); }
/// Whether MindSpore has read the list; it does so once per process.
EXPORT bool wasmind_plugin_listed() { return listed; }
EXPORT void wasmind_plugin_receive(Receiver function) { receiver = function; }

#define PRIMITIVE(name)                                                                                                \
  EXPORT int name(int count, void **data, int *ranks, int64_t **shapes, const char **dtypes, void *, void *extra) {    \
    return call(#name, count, data, ranks, shapes, dtypes, extra);                                                     \
  }
#include "Entries.inc"
