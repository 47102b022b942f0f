// The runtime that objects built by TVM ask for (apache-tvm-ffi 0.1: tvm/ffi/c_api.h, tvm/ffi/extra/c_env_api.h;
// apache-tvm 0.27: tvm/runtime/c_backend_api.h), for one thread. All of it is in this one file on purpose: inside an
// archive, a kernel's reference to any of these functions also brings in the pointer variables at the end.
#include "runtime/guest/Error.h"
#include "runtime/guest/Memory.h"
#include "runtime/guest/Operator.h"

namespace wasmind::guest {

namespace {

/// A function made from a C callback. Callers know the head and the cell only.
struct Function {
  TVMFFIObject head;
  TVMFFIFunctionCell cell;
  void *self;
  TVMFFISafeCallType callback;
  void (*deleter)(void *self);
};

/// What kernels find by name: a function object, or the bare symbol a kernel of system-lib mode registered.
struct Entry {
  const char *name; ///< not NUL-terminated
  size_t nameLength;
  Function *function; ///< made on first use when there is a symbol
  TVMFFISafeCallType symbol;
};

Entry *entries;
uint32_t entryCount, entryCapacity;

constexpr uint64_t weakReference = UINT64_C(1) << 32;
constexpr char symbolPrefix[] = "__tvm_ffi_"; ///< of the symbols that are functions

size_t lengthOf(const char *text) {
  size_t length = 0;
  while (text[length])
    ++length;
  return length;
}

bool isEqual(const char *a, const char *b, size_t length) {
  while (length && *a == *b)
    ++a, ++b, --length;
  return length == 0;
}

Entry *find(const char *name, size_t length) {
  for (uint32_t i = 0; i < entryCount; ++i)
    if (entries[i].nameLength == length && isEqual(entries[i].name, name, length))
      return &entries[i];
  return nullptr;
}

/// The entry of this name, a new empty one if need be; null without memory. `name` must stay valid.
Entry *findOrAdd(const char *name, size_t length) {
  if (Entry *entry = find(name, length))
    return entry;
  if (entryCount == entryCapacity) {
    uint32_t capacity = entryCapacity ? 2 * entryCapacity : 16;
    Entry *larger = static_cast<Entry *>(wasmind_allocate(capacity * sizeof(Entry)));
    if (!larger)
      return nullptr;
    if (entryCount)
      __builtin_memcpy(larger, entries, entryCount * sizeof(Entry));
    wasmind_free(entries);
    entries = larger;
    entryCapacity = capacity;
  }
  entries[entryCount] = {name, length, nullptr, nullptr};
  return &entries[entryCount++];
}

int callBack(void *handle, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {
  Function *function = static_cast<Function *>(handle);
  return function->callback(function->self, args, count, result);
}

void destroy(void *object, int) {
  Function *function = static_cast<Function *>(object);
  if (function->deleter)
    function->deleter(function->self);
  wasmind_free(function);
}

int outOfMemory(const char *name, uint64_t byteLength) {
  return fail(memoryError, name, "the memory cannot grow enough, bytes:", int64_t(byteLength));
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" {

// Errors.

void TVMFFIErrorSetRaisedFromCStrParts(const char *kind, const char **parts, int32_t count) {
  beginError(kind);
  for (int32_t i = 0; i < count; ++i)
    if (parts[i])
      appendText(parts[i]);
}

void TVMFFIErrorSetRaisedFromCStr(const char *kind, const char *message) {
  TVMFFIErrorSetRaisedFromCStrParts(kind, &message, 1);
}

// Large temporaries of a kernel.

void *TVMBackendAllocWorkspace(int, int, uint64_t byteLength, int, int) {
  void *workspace = byteLength >> 32 ? nullptr : wasmind_workspace_allocate(uint32_t(byteLength));
  if (!workspace)
    outOfMemory("TVMBackendAllocWorkspace", byteLength);
  return workspace;
}

int TVMBackendFreeWorkspace(int, int, void *workspace) {
  wasmind_workspace_release(workspace);
  return 0;
}

// Parallel loops: one task does it all, whatever number the kernel proposes.

struct TVMParallelGroupEnv {
  void *sync_handle;
  int32_t num_task;
};
typedef int (*FTVMParallelLambda)(int task_id, TVMParallelGroupEnv *group, void *closure);

int TVMBackendParallelLaunch(FTVMParallelLambda lambda, void *closure, int) {
  TVMParallelGroupEnv group = {nullptr, 1};
  return lambda(0, &group, closure);
}

int TVMBackendParallelBarrier(int, TVMParallelGroupEnv *) { return 0; }

// Function objects.

int TVMFFIFunctionCreate(void *self, TVMFFISafeCallType safe_call, void (*deleter)(void *self),
                         TVMFFIObjectHandle *out) {
  Function *function = static_cast<Function *>(wasmind_allocate(sizeof(Function)));
  if (!function)
    return outOfMemory("TVMFFIFunctionCreate", sizeof(Function));
  *function = {{weakReference | 1, kTVMFFIFunction, 0, destroy, 0}, {callBack, nullptr}, self, safe_call, deleter};
  *out = function;
  return 0;
}

int TVMFFIObjectIncRef(TVMFFIObjectHandle object) {
  ++static_cast<TVMFFIObject *>(object)->combined_ref_count;
  return 0;
}

int TVMFFIObjectDecRef(TVMFFIObjectHandle object) {
  TVMFFIObject *head = static_cast<TVMFFIObject *>(object);
  if (uint32_t(--head->combined_ref_count) == 0 && head->deleter)
    head->deleter(head, 3); // both the object and its memory
  return 0;
}

int TVMFFIFunctionCall(TVMFFIObjectHandle function, TVMFFIAny *args, int32_t count, TVMFFIAny *result) {
  TVMFFIFunctionCell *cell = reinterpret_cast<TVMFFIFunctionCell *>(static_cast<TVMFFIObject *>(function) + 1);
  return cell->safe_call(function, args, count, result);
}

int TVMFFIFunctionSetGlobal(const TVMFFIByteArray *name, TVMFFIObjectHandle function, int override_existing) {
  Entry *entry = find(name->data, name->size);
  if (entry && !override_existing) {
    beginError(valueError);
    appendText("TVMFFIFunctionSetGlobal: the name is taken");
    return -1;
  }
  if (!entry) {
    char *copy = static_cast<char *>(wasmind_allocate(name->size));
    if (copy && name->size)
      __builtin_memcpy(copy, name->data, name->size);
    if (!copy || !(entry = findOrAdd(copy, name->size))) {
      wasmind_free(copy);
      return outOfMemory("TVMFFIFunctionSetGlobal", name->size);
    }
  }
  TVMFFIObjectIncRef(function);
  if (entry->function)
    TVMFFIObjectDecRef(entry->function);
  entry->function = static_cast<Function *>(function);
  return 0;
}

int TVMFFIFunctionGetGlobal(const TVMFFIByteArray *name, TVMFFIObjectHandle *out) {
  Entry *entry = find(name->data, name->size);
  *out = nullptr;
  if (!entry)
    return 0;
  if (!entry->function) {
    TVMFFIObjectHandle made;
    if (TVMFFIFunctionCreate(nullptr, entry->symbol, nullptr, &made))
      return -1;
    entry->function = static_cast<Function *>(made);
  }
  TVMFFIObjectIncRef(entry->function);
  *out = entry->function;
  return 0;
}

/// Objects of system-lib mode call it from a constructor for each of their symbols. The functions among them can then
/// be called by name from other kernels; names that go on with another underscore are TVM's own data.
int TVMFFIEnvModRegisterSystemLibSymbol(const char *name, void *symbol) {
  size_t length = lengthOf(name), prefix = sizeof(symbolPrefix) - 1;
  if (length <= prefix || !isEqual(name, symbolPrefix, prefix) || name[prefix] == '_')
    return 0;
  Entry *entry = findOrAdd(name + prefix, length - prefix);
  if (!entry)
    return outOfMemory("TVMFFIEnvModRegisterSystemLibSymbol", sizeof(Entry));
  entry->symbol = reinterpret_cast<TVMFFISafeCallType>(symbol);
  return 0;
}

/// What T.call_packed looks its function up with. The result is borrowed.
int TVMFFIEnvModLookupFromImports(TVMFFIObjectHandle, const char *name, TVMFFIObjectHandle *out) {
  TVMFFIByteArray text = {name, lengthOf(name)};
  if (TVMFFIFunctionGetGlobal(&text, out))
    return -1;
  if (*out)
    return TVMFFIObjectDecRef(*out);
  beginError(valueError);
  appendText("no function is called '");
  appendText(name);
  appendText("': link an object that sets it with TVMFFIFunctionSetGlobal");
  return -1;
}

int TVMFFIHandleInitOnce(void **handle, int (*initialize)(void **result)) { return *handle ? 0 : initialize(handle); }

// Objects of the default mode call through pointer variables, which they define themselves as weak null pointers for a
// loader to fill. In a static link these strong definitions take their place.
void *(*__TVMBackendAllocWorkspace)(int, int, uint64_t, int, int) = TVMBackendAllocWorkspace;
int (*__TVMBackendFreeWorkspace)(int, int, void *) = TVMBackendFreeWorkspace;
int (*__TVMBackendParallelLaunch)(FTVMParallelLambda, void *, int) = TVMBackendParallelLaunch;
int (*__TVMBackendParallelBarrier)(int, TVMParallelGroupEnv *) = TVMBackendParallelBarrier;
int (*__TVMFFIFunctionCall)(TVMFFIObjectHandle, TVMFFIAny *, int32_t, TVMFFIAny *) = TVMFFIFunctionCall;
int (*__TVMFFIEnvModLookupFromImports)(TVMFFIObjectHandle, const char *,
                                       TVMFFIObjectHandle *) = TVMFFIEnvModLookupFromImports;
int (*__TVMFFIHandleInitOnce)(void **, int (*)(void **)) = TVMFFIHandleInitOnce;
void (*__TVMFFIErrorSetRaisedFromCStr)(const char *, const char *) = TVMFFIErrorSetRaisedFromCStr;
void (*__TVMFFIErrorSetRaisedFromCStrParts)(const char *, const char **, int32_t) = TVMFFIErrorSetRaisedFromCStrParts;
}
