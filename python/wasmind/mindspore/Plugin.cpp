//===- Plugin.cpp - the shared object MindSpore's operator plug-in hook loads -------------------------------------===//
//
// MindSpore 2.10 opens the file that MS_OP_PLUGIN_PATH names, asks it once for a list of primitives, and calls for each
// of them the function of that name in place of its own CPU kernel. A call goes to the first of these that serves it:
//
//   1. its recipe: one operator of the library, called from here;
//   2. the receiver, which plugin.py installs: a formula in Python, to which the call is described in plain words;
//   3. MindSpore's own kernel, through kernels.cc, for element types and forms that the library lacks.
//
// Entries.inc holds PRIMITIVE(Name) for every primitive of primitives.py; only those chosen with wasmind_plugin_choose
// are listed. Nothing of MindSpore is included or linked: what crosses is C data and the virtual functions declared
// below.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "python/wasmind/mindspore/Hide.h"
#include "python/wasmind/mindspore/Recipe.h"
#include "runtime/host/include/wasmind.h"
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace wasmind::mindspore;

/// What follows a kind in the words of a call:
///   Tensor    type, address of the storage, rank, shape [rank], number of strides (0: dense and row-major), strides in
///             elements, offset of the first element in elements
///   None      -
///   Bool      0 or 1
///   Integer   the value
///   Float     the bits of a double
///   Integers  count, values
///   Unknown   type
///   Text      length, address: the attributes as JSON, the last input of a primitive that has some
enum Kind : int64_t { Tensor, None, Bool, Integer, Float, Integers, Unknown, Text };

/// Returns 0, or writes a NUL-terminated text of at most `capacity` bytes to `error`.
/// words: number of inputs, number of outputs, then each as above. All is valid during the call only.
using Receiver = int32_t (*)(const char *primitive, const int64_t *words, int32_t count, char *error, int32_t capacity);

Receiver receiver = nullptr;
std::vector<const char *> chosen;
std::atomic<bool> listed = false;

constexpr size_t dtypeCount = WASMIND_BOOL + 1;

/// What a primitive computes, as far as its operations are counted.
enum class Work { Elements, Product, Convolution };

Work workOf(std::string_view primitive) {
  auto isOneOf = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), primitive) != names.end();
  };
  return isOneOf({"MatMul", "BatchMatMul", "MatMulExt", "BatchMatMulExt", "Mm", "Dot", "Dense"}) ? Work::Product
         : isOneOf({"Conv2D", "Conv2DExt", "Conv2DPadding", "Convolution", "ConvTranspose2D"})   ? Work::Convolution
                                                                                                 : Work::Elements;
}

struct Row {
  const char *name;
  const Work work = workOf(name);
  std::optional<Recipe> recipe = std::nullopt;
  bool hasAttributes = false;
  /// Calls by the element type of their first tensor, 0 being those that the library lacks.
  std::array<std::atomic<uint64_t>, dtypeCount> served = {}, returned = {};
  std::atomic<uint64_t> servedFlops = 0, returnedFlops = 0;
};

enum Index : size_t {
#define PRIMITIVE(name) index##name,
#include "Entries.inc"
#undef PRIMITIVE
};
Row rows[] = {
#define PRIMITIVE(name) {#name},
#include "Entries.inc"
#undef PRIMITIVE
};

Row *find(const char *name) {
  for (Row &row : rows)
    if (!std::strcmp(row.name, name))
      return &row;
  return nullptr;
}

/// An instance of a library serves one thread at a time; MindSpore calls from several. Who waits for the interpreter
/// lock holds this one already, never the other way round.
std::mutex turn;
wasmind_library *library = nullptr;

/// Of kernels.cc.
int (*attributesOf)(void *extra, char *json, size_t capacity) = nullptr;
int (*runOwn)(const char *primitive, void *extra, int count, void **data, const int *ranks, int64_t *const *shapes,
              const char *const *types, char *error, size_t capacity) = nullptr;

int (*placeOf)(void *extra, const char *package, char *text, size_t capacity) = nullptr;
std::string package; ///< the folder of MindSpore

uint64_t elementCount(const Given &given, size_t i) {
  uint64_t count = 1;
  for (int axis = 0; axis < given.ranks[i]; ++axis)
    count *= static_cast<uint64_t>(given.shapes[i][axis]);
  return count;
}

/// Operations on numbers in a call: a multiplication and an addition per term of a sum of products, else one per
/// element of the first input or output, whichever has more.
uint64_t flopsOf(const Row &row, const Given &given) {
  const size_t x = 0, weights = 1, out = given.inputs;
  if (given.count == out)
    return 0;
  const uint64_t results = elementCount(given, out);
  if (given.inputs < 2 || !given.isTensor(x) || !given.isTensor(weights) || given.ranks[x] < 1 ||
      given.ranks[weights] < 1)
    return given.inputs > 0 && given.isTensor(x) ? std::max(results, elementCount(given, x)) : results;
  if (row.work == Work::Product) {
    const int rank = given.ranks[x], rows = given.ranks[out] - 2;
    const int64_t *shape = given.shapes[x];
    // The axis that is summed over is the last, unless x is transposed.
    const bool isTransposed =
        rank >= 2 && rows >= 0 && given.ranks[out] >= rank && shape[rank - 2] != given.shapes[out][rows];
    return 2 * results * static_cast<uint64_t>(shape[isTransposed ? rank - 2 : rank - 1]);
  }
  if (row.work == Work::Convolution) {
    const std::string_view primitive = row.name;
    // Weights [outputs, inputs / groups, kernel...]; of a transposed convolution [inputs, outputs / groups, kernel...].
    const size_t isTransposed = 6;
    const bool spreads = primitive == "ConvTranspose2D" || (primitive == "Convolution" && given.inputs > isTransposed &&
                                                            given.info.boolean(isTransposed));
    const auto filters = std::max<uint64_t>(static_cast<uint64_t>(given.shapes[weights][0]), 1);
    return 2 * (spreads ? elementCount(given, x) : results) * (elementCount(given, weights) / filters);
  }
  return std::max(results, elementCount(given, x));
}

/// An element type as a number: 256 times the letter of its kind (B for bfloat16, ? for what is no number), plus bits.
int64_t typeOf(const char *name) {
  if (!std::strcmp(name, "bool"))
    return 'b' * 256 + 8;
  bool brain = !std::strncmp(name, "bfloat", 6);
  const char *digits = name + std::strcspn(name, "0123456789");
  char kind = brain ? 'B' : *digits && std::strchr("fiuc", *name) ? *name : '?';
  return kind * 256 + std::strtol(digits, nullptr, 10);
}

/// A call in words.
struct Words {
  const Given &given;
  std::vector<int64_t> words;

  void put(std::initializer_list<int64_t> some) { words.insert(words.end(), some); }
  void put(const int64_t *some, size_t count) { words.insert(words.end(), some, some + count); }

  void tensor(size_t i, const std::optional<InputInfo::Layout> &layout) {
    put({Tensor, typeOf(given.types[i]), reinterpret_cast<intptr_t>(given.data[i]), given.ranks[i]});
    put(given.shapes[i], given.ranks[i]);
    if (!layout)
      return put({0, 0});
    if (layout->strides.size() != static_cast<size_t>(given.ranks[i]))
      throw std::runtime_error("wasmind: MindSpore gives a tensor's strides in another rank than its shape");
    put({given.ranks[i]});
    put(layout->strides.data(), layout->strides.size());
    put({static_cast<int64_t>(layout->offset)});
  }

  void input(size_t i) {
    InputInfo &info = given.info;
    const int type = info.typeId(i);
    if (type == none)
      return put({None});
    if (given.isTensor(i))
      return tensor(i, info.layout(i));
    const int rank = given.ranks[i];
    if (rank > 0 ? given.isIntegral(i) || given.isTuple(i) : given.isTuple(i)) {
      std::vector<int64_t> values;
      if (type != unknown)
        values = info.integers(i);
      put({Integers, static_cast<int64_t>(values.size())});
      return put(values.data(), values.size());
    }
    if (rank == 0 && type == boolean)
      return put({Bool, info.boolean(i)});
    if (rank == 0 && given.isIntegral(i))
      return put({Integer, info.integer(i)});
    if (rank == 0 && given.isFloat(i))
      return put({Float, std::bit_cast<int64_t>(info.number(i))});
    put({Unknown, typeOf(given.types[i])});
  }
};

/// Throws std::runtime_error, which MindSpore raises as RuntimeError with this text; of a non-zero return it would show
/// the number only.
int call(Row &row, int count, void **data, const int *ranks, int64_t *const *shapes, const char *const *types,
         void *extra) {
  auto &info = *static_cast<InputInfo *>(extra);
  const size_t inputs = info.count();
  if (!receiver || count < 0 || inputs > static_cast<size_t>(count))
    throw std::runtime_error(receiver ? "wasmind: MindSpore passes fewer arguments than inputs"
                                      : "wasmind: the list of primitives was not set by wasmind.mindspore.enable");
  const Given given{info, inputs, static_cast<size_t>(count), data, ranks, shapes, types};
  const wasmind_dtype dtype = given.dtype();
  auto record = [&](decltype(row.served) &calls, std::atomic<uint64_t> &flops) {
    calls[dtype].fetch_add(1, std::memory_order_relaxed);
    flops.fetch_add(flopsOf(row, given), std::memory_order_relaxed);
    return 0;
  };
  if (row.recipe && dtype && run(given, *row.recipe, library, turn))
    return record(row.served, row.servedFlops);
  Words call{given, {}};
  call.words.reserve(64);
  call.put({static_cast<int64_t>(inputs + row.hasAttributes), static_cast<int64_t>(count - inputs)});
  for (size_t i = 0; i < inputs; ++i)
    call.input(i);
  std::array<char, 4096> json;
  if (row.hasAttributes) {
    const int length = attributesOf ? attributesOf(extra, json.data(), json.size()) : -1;
    call.put({length < 0 ? None : Text});
    if (length >= 0)
      call.put({length, reinterpret_cast<intptr_t>(json.data())});
  }
  for (size_t i = inputs; i < given.count; ++i)
    call.tensor(i, std::nullopt);
  std::array<char, 1024> error = {};
  {
    std::lock_guard lock(turn);
    if (!receiver(row.name, call.words.data(), static_cast<int32_t>(call.words.size()), error.data(), error.size()))
      return record(row.served, row.servedFlops);
  }
  std::array<char, 512> reason = {};
  if (!runOwn)
    throw std::runtime_error(error.data());
  if (runOwn(row.name, extra, count, data, ranks, shapes, types, reason.data(), reason.size())) {
    std::array<char, 512> place = {};
    const bool isInGraph = placeOf(extra, package.c_str(), place.data(), place.size()) > 0;
    throw std::runtime_error(
        std::string(error.data()) + "; " + reason.data() +
        (isInGraph ? std::string("; it stands in ") + place.data()
                   : "; in PyNative mode, mindspore.runtime.launch_blocking() makes the traceback end at the call"));
  }
  return record(row.returned, row.returnedFlops);
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
  Row *row = listed ? nullptr : find(name);
  if (row)
    chosen.push_back(row->name);
  return row;
}
EXPORT void wasmind_plugin_clear() { chosen.clear(); }
/// Whether MindSpore has read the list; it does so once per process.
EXPORT bool wasmind_plugin_listed() { return listed; }
EXPORT void wasmind_plugin_receive(Receiver function) { receiver = function; }

/// The library that calls go to from now on, "" for none, and with it all recipes are forgotten. Returns 0, or 1 and
/// the reason.
EXPORT int wasmind_plugin_load(const char *path, char *text, size_t capacity) {
  wasmind_library *loaded = nullptr;
  wasmind_error *error = nullptr;
  if (*path && wasmind_library_load_file(path, nullptr, &loaded, &error) != WASMIND_OK) {
    std::strncpy(text, wasmind_error_text(error), capacity - 1);
    wasmind_error_delete(error);
    return 1;
  }
  std::lock_guard lock(turn);
  std::swap(library, loaded);
  wasmind_library_delete(loaded);
  for (Row &row : rows)
    row.recipe.reset();
  return 0;
}

/// How `name` is called. recipe: per input of the primitive a word: t a tensor or number, / whether to exchange the
/// last two axes of the next tensor, a the axes, - what is passed over, an integer what must be it, anything else an
/// attribute of that name; name=integer is an attribute that is no input. False: the library has no such operator.
/// operatorName "": no recipe.
EXPORT bool wasmind_plugin_recipe(const char *name, const char *operatorName, const char *recipe, bool hasAttributes) {
  Row *row = find(name);
  std::lock_guard lock(turn);
  row->hasAttributes = hasAttributes;
  row->recipe.reset();
  if (!*operatorName)
    return true;
  size_t index = 0;
  if (wasmind_library_find(library, operatorName, &index, nullptr) != WASMIND_OK)
    return false;
  row->recipe.emplace(index, recipe);
  return true;
}

/// Opens what kernels.cc became; `folder` is MindSpore's. False: it cannot be opened, and dlerror says why.
EXPORT bool wasmind_plugin_kernels(const char *path, const char *folder, char *text, size_t capacity) {
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    std::strncpy(text, dlerror(), capacity - 1);
    return false;
  }
  attributesOf = reinterpret_cast<decltype(attributesOf)>(dlsym(object, "wasmind_kernels_attributes"));
  runOwn = reinterpret_cast<decltype(runOwn)>(dlsym(object, "wasmind_kernels_run"));
  placeOf = reinterpret_cast<decltype(placeOf)>(dlsym(object, "wasmind_kernels_place"));
  package = folder;
  return attributesOf && runOwn && placeOf;
}

EXPORT bool wasmind_plugin_hide() { return wasmind::mindspore::hidePlugin(); }

/// Calls of `name` whose first tensor has the element type `dtype`: those that the library answered, or those that
/// MindSpore's own kernel did.
EXPORT uint64_t wasmind_plugin_count(const char *name, wasmind_dtype dtype, bool isReturned) {
  Row *row = find(name);
  return (isReturned ? row->returned : row->served)[dtype].load();
}
/// Operations on numbers in these calls, of any element type.
EXPORT uint64_t wasmind_plugin_flops(const char *name, bool isReturned) {
  Row *row = find(name);
  return isReturned ? row->returnedFlops : row->servedFlops;
}
/// Sets both to 0.
EXPORT void wasmind_plugin_forget() {
  for (Row &row : rows) {
    row.servedFlops = row.returnedFlops = 0;
    for (size_t dtype = 0; dtype < dtypeCount; ++dtype)
      row.served[dtype] = row.returned[dtype] = 0;
  }
}

#define PRIMITIVE(name)                                                                                                \
  EXPORT int name(int count, void **data, int *ranks, int64_t **shapes, const char **dtypes, void *, void *extra) {    \
    return call(rows[index##name], count, data, ranks, shapes, dtypes, extra);                                         \
  }
#include "Entries.inc"
