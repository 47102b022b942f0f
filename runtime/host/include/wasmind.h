/*===- wasmind.h - run wasmind modules: the C interface -------------------------------------------------------------===

Load a module, make an instance, write inputs, run, read outputs. `wasmind.hpp` has C++ classes over this interface.

Errors: every function that can fail returns a status and takes `wasmind_error **error` as its last parameter. When it
is not NULL it receives, on failure only, an object with one line of text; free it with wasmind_error_delete. On failure
all other out parameters stay untouched. No function throws, and none ends the process because of a bad file or
argument.

NULL: every function takes NULL for every pointer and says so in its result. A function with a status returns
WASMIND_INVALID_ARGUMENT, whose text names the parameter; one without gives 0, NULL or a struct of zeros; _delete does
nothing. Where NULL has a meaning of its own - `error`, `options`, an array of no elements - that stands below.

Ownership: what a function named _load_ or _create hands out is freed by the function named _delete (NULL is allowed).
An instance keeps what it needs of its model, so the two may be freed in any order.

Stack: what compiles or runs a module needs WASMIND_LEAST_STACK bytes of its thread's stack, and fails with LIMIT where
fewer are left. A module that recurses without end is stopped within them (TRAP).

Threads: a model may be used by any number of threads at once. An instance is used by one thread at a time; instances
run in parallel. Infos, names and shapes of a model live as long as it does.

===--------------------------------------------------------------------------------------------------------------===*/
#ifndef WASMIND_H
#define WASMIND_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WASMIND_API __attribute__((visibility("default")))
#else
#define WASMIND_API
#endif

/** How a call ended: one of the values below. */
typedef int32_t wasmind_status;
enum {
  WASMIND_OK = 0,
  /** An argument does not fit the signature, or the model refused its inputs; the instance stays usable. */
  WASMIND_INVALID_ARGUMENT = 1,
  /** The bytes are no module of the contract (abi/spec.md), or the module broke the contract while it ran. */
  WASMIND_INVALID_MODULE = 2,
  /** A module of another contract version, or one that needs something this host does not have. */
  WASMIND_UNSUPPORTED = 3,
  /** A limit of the load options was exceeded. */
  WASMIND_LIMIT = 4,
  /** The module's code stopped by force (access outside its memory, unreachable code, stack exhausted). */
  WASMIND_TRAP = 5,
  /** A file cannot be read. */
  WASMIND_IO = 6
};

/** Bytes of stack that a thread must have left when it loads a module or runs one. */
#define WASMIND_LEAST_STACK ((size_t)262144)

/** Element type: one of the values below; a bool is one byte, 0 or 1; f16 and bf16 are two raw bytes. */
typedef int32_t wasmind_dtype;
enum {
  WASMIND_F32 = 1,
  WASMIND_F64 = 2,
  WASMIND_F16 = 3,
  WASMIND_BF16 = 4,
  WASMIND_I8 = 5,
  WASMIND_I16 = 6,
  WASMIND_I32 = 7,
  WASMIND_I64 = 8,
  WASMIND_U8 = 9,
  WASMIND_U16 = 10,
  WASMIND_U32 = 11,
  WASMIND_U64 = 12,
  WASMIND_BOOL = 13
};

typedef struct wasmind_error wasmind_error;
typedef struct wasmind_model wasmind_model;
typedef struct wasmind_instance wasmind_instance;
typedef struct wasmind_library wasmind_library;
typedef struct wasmind_guest_tensor wasmind_guest_tensor;

/** Text of an error: one line of UTF-8 without line end, NUL-terminated, owned by the error. Of NULL it is "out of
    memory", and the status LIMIT: what is left when there is no memory for an error. */
WASMIND_API const char *wasmind_error_text(const wasmind_error *error);
WASMIND_API wasmind_status wasmind_error_status(const wasmind_error *error);
/** How the caller of an operator got it wrong, in TVM's words: "TypeError" (number, element type or kind of arguments),
    "ValueError" (shapes, extents, numbers out of range) or "MemoryError". "" of other errors. Never NULL. */
WASMIND_API const char *wasmind_error_kind(const wasmind_error *error);
WASMIND_API void wasmind_error_delete(wasmind_error *error);

/** "InvalidArgument", "Trap", ...; "Ok" of WASMIND_OK. */
WASMIND_API const char *wasmind_status_name(wasmind_status status);
/** "f32", ...; NULL of a number that is no dtype. */
WASMIND_API const char *wasmind_dtype_name(wasmind_dtype dtype);
/** Bytes of one element; 0 of a number that is no dtype. */
WASMIND_API size_t wasmind_dtype_byte_width(wasmind_dtype dtype);
/** Version of this library, "0.1.0". */
WASMIND_API const char *wasmind_version(void);

/** How to load; start from WASMIND_LOAD_OPTIONS_INIT. Zero or NULL means the default. */
typedef struct wasmind_load_options {
  /** sizeof(wasmind_load_options) of the caller. */
  size_t struct_byte_length;
  /** Largest linear memory of an instance in bytes; by default 4 GiB, what 32-bit wasm can address. */
  uint64_t max_memory_byte_length;
  /** Largest module in bytes; by default 2 GiB. */
  uint64_t max_module_byte_length;
  /** Longest run in milliseconds of wall time, after which it ends with WASMIND_LIMIT; by default none. The check costs
      up to half the speed of tight kernels, so set it for modules that are not trusted. */
  uint64_t time_limit_ms;
  /** Not 0: compile always, neither read nor write compiled modules on disk. */
  int disable_cache;
  /** Folder for compiled modules; by default $WASMIND_CACHE/modules, else $XDG_CACHE_HOME/wasmind/modules, else
      ~/.cache/wasmind/modules. They are native code: a folder or file that others can write is not used. */
  const char *cache_folder;
  /** Folder of an external weights file; by default the folder of the module's file. */
  const char *weights_folder;
  /** Most code of a module in bytes; by default 4 MiB. Compilation grows with it: kernels take 10 seconds a MiB and a
      processor, docs/security.md says how much time and memory code can be written to take. */
  uint64_t max_code_byte_length;
} wasmind_load_options;

/* clang-format off */
#define WASMIND_LOAD_OPTIONS_INIT { sizeof(wasmind_load_options), 0, 0, 0, 0, NULL, NULL, 0 }
/* clang-format on */

/** The name of the file in a folder that lists several builds of one model (abi/spec.md, "Several builds"). */
#define WASMIND_INDEX_FILE "wasmind.json"

/** Loads a module from a file: checks its signature, compiles it (or finds it compiled), verifies the hash of external
    weights. Runs none of its code. `options` may be NULL.

    `path` may also be a folder with an index of builds, or such an index, whose name ends in ".json": then the first
    build is loaded whose features the engine has, and wasmind_model_note says which one that is and why better ones
    were passed over. UNSUPPORTED where the engine lacks something for each of them.

    Fails with IO (the module or its weights cannot be read), INVALID_MODULE, UNSUPPORTED or LIMIT. */
WASMIND_API wasmind_status wasmind_model_load_file(const char *path, const wasmind_load_options *options,
                                                   wasmind_model **model, wasmind_error **error);
/** The same from memory; the bytes are not needed afterwards. */
WASMIND_API wasmind_status wasmind_model_load_bytes(const void *bytes, size_t byte_length,
                                                    const wasmind_load_options *options, wasmind_model **model,
                                                    wasmind_error **error);
WASMIND_API void wasmind_model_delete(wasmind_model *model);

/** A named run-time extent: min <= value <= max. Derived ones are outcomes of a run; kept ones are extents of state, of
    which wasmind_instance_extent tells the present value. */
typedef struct wasmind_dim_info {
  const char *name; /* NULL when asked for an index that does not exist */
  int64_t min, max;
  int is_derived, is_kept;
  int64_t multiple_of; /* of which every value is a multiple; 1 of most */
  const char *equals;  /* "past + seq": what it must be by the values of other dims; NULL of most */
} wasmind_dim_info;

/** An input or output of an entry. Of axis a, `dims[a]` is the index of its named extent or -1, `bounds[a]` its largest
    extent. Data is dense and row-major. */
typedef struct wasmind_tensor_info {
  const char *name; /* NULL when asked for an index that does not exist */
  wasmind_dtype dtype;
  size_t rank;
  const int64_t *bounds; /* [rank] */
  const int32_t *dims;   /* [rank] */
  uint64_t byte_length;  /* reserved for it in the instance's memory */
  int has_default;       /* of an input: a new instance holds its value already */
} wasmind_tensor_info;

/** Sizes in bytes. */
typedef struct wasmind_model_info {
  uint64_t memory_byte_length; /* linear memory of one instance, fixed */
  uint64_t code_byte_length;   /* the module's code section */
  uint64_t weight_byte_length; /* weights, inline or external */
  uint64_t module_byte_length; /* the .wasm file */
  int was_cached;              /* the compiled module came from the cache */
} wasmind_model_info;

WASMIND_API wasmind_model_info wasmind_model_get_info(const wasmind_model *model);
/** How a build was chosen where the model came from an index: lines of text, the reason why a better one was passed
   over, for each, and the one that was loaded. None of a module that was loaded itself. */
WASMIND_API size_t wasmind_model_note_count(const wasmind_model *model);
/** NULL when there is no such note. */
WASMIND_API const char *wasmind_model_note(const wasmind_model *model, size_t note);
/** The signature as JSON (abi/spec.md), NUL-terminated. */
WASMIND_API const char *wasmind_model_signature(const wasmind_model *model);
WASMIND_API size_t wasmind_model_dim_count(const wasmind_model *model);
WASMIND_API wasmind_dim_info wasmind_model_dim(const wasmind_model *model, size_t dim);
/** Entries of the module; a model compiled from one graph has one, called "run". */
WASMIND_API size_t wasmind_model_function_count(const wasmind_model *model);
/** NULL when there is no such entry. */
WASMIND_API const char *wasmind_model_function_name(const wasmind_model *model, size_t function);
/** 0 when there is no such entry. */
WASMIND_API size_t wasmind_model_input_count(const wasmind_model *model, size_t function);
WASMIND_API size_t wasmind_model_output_count(const wasmind_model *model, size_t function);
WASMIND_API size_t wasmind_model_state_count(const wasmind_model *model, size_t function);
WASMIND_API wasmind_tensor_info wasmind_model_input(const wasmind_model *model, size_t function, size_t input);
WASMIND_API wasmind_tensor_info wasmind_model_output(const wasmind_model *model, size_t function, size_t output);
/** A tensor that an instance keeps from one run of the entry to the next; nobody passes or reads it. */
WASMIND_API wasmind_tensor_info wasmind_model_state(const wasmind_model *model, size_t function, size_t state);

/** A view of elements: dense, row-major, aligned to the element. Who hands it out says how long it lives. */
typedef struct wasmind_tensor {
  wasmind_dtype dtype;
  size_t rank;
  const int64_t *shape; /* [rank], may be NULL when rank is 0 */
  void *data;           /* byte_length bytes; may be NULL when byte_length is 0 */
  size_t byte_length;   /* product of the shape times the element's width */
} wasmind_tensor;

/** Makes an instance: its own linear memory, initialised, weights in place. Runs the module's version export.

    Fails with LIMIT (no memory), INVALID_MODULE, TRAP, or IO and INVALID_MODULE when external weights changed on disk.
 */
WASMIND_API wasmind_status wasmind_instance_create(const wasmind_model *model, wasmind_instance **instance,
                                                   wasmind_error **error);
WASMIND_API void wasmind_instance_delete(wasmind_instance *instance);

/** Sets the extents of an input for the next runs: `shape` of [rank]. New instances start at the upper bounds.

    INVALID_ARGUMENT when it does not fit the signature; the text names input, axis, dim and bound. Whether inputs agree
    on a shared dim is asked by the run. */
WASMIND_API wasmind_status wasmind_instance_resize_input(wasmind_instance *instance, size_t function, size_t input,
                                                         const int64_t *shape, size_t rank, wasmind_error **error);

/** A writable view of an input at its current extents, in the instance's memory: write here instead of passing inputs
   to the run. Contents survive runs; lives as long as the instance, its shape until the next resize of this input. */
WASMIND_API wasmind_status wasmind_instance_input(wasmind_instance *instance, size_t function, size_t input,
                                                  wasmind_tensor *tensor, wasmind_error **error);

/** Runs an entry once.

    `inputs`: NULL with input_count 0 to run on what the inputs hold; otherwise one tensor per input in order, whose
   extents become the current ones; one with dtype 0 stands for what its input holds. Data is copied unless it is the
   input's own view, and may lie in the instance's memory, views of other inputs among it. An input holds something from
   the first run it was given to, or from when its view was asked for.

    State of the entry is what its last run with success left; a run that ends otherwise leaves it as it was.

    Ends in one of these ways:
      1. OK.
      2. INVALID_ARGUMENT - an input does not fit or holds nothing yet, inputs disagree on a dim (nothing was executed
   or changed), or the model found its inputs impossible (text from the model). The instance stays usable.
      3. INVALID_MODULE   - the module reported extents beyond their bounds.
      4. TRAP, LIMIT      - the module stopped, or was stopped. As after 3 the instance can only be deleted: every later
         run fails with INVALID_ARGUMENT.
      5. LIMIT            - this thread has less than WASMIND_LEAST_STACK bytes of stack left; nothing was executed or
         changed. */
WASMIND_API wasmind_status wasmind_instance_run(wasmind_instance *instance, size_t function,
                                                const wasmind_tensor *inputs, size_t input_count,
                                                wasmind_error **error);

/** A view of an output of the last run of this entry at its actual extents, in the instance's memory. It dies at the
   next run of any entry. INVALID_ARGUMENT when the entry was not the last one run with success. */
WASMIND_API wasmind_status wasmind_instance_output(wasmind_instance *instance, size_t function, size_t output,
                                                   wasmind_tensor *tensor, wasmind_error **error);

/** Makes the state of all entries its initial value, as in a new instance. Inputs and outputs stay as they are. Without
    effect on a model that has none. INVALID_ARGUMENT when an earlier run stopped the instance. */
WASMIND_API wasmind_status wasmind_instance_reset(wasmind_instance *instance, wasmind_error **error);

/** The value of a kept dim: the extent of state that the next run starts from. INVALID_ARGUMENT when there is no such
   dim, it is not kept, or an earlier run stopped the instance. */
WASMIND_API wasmind_status wasmind_instance_extent(const wasmind_instance *instance, size_t dim, int64_t *extent,
                                                   wasmind_error **error);

/* --- Operator libraries --------------------------------------------------------------------------------------------

   A module of operators that are called by name with any tensors (abi/spec.md, "Operator libraries"). A library is one
   instance: its own memory, which grows, and one thread at a time; another thread takes another instance. */

/** As wasmind_model_load_file, and makes the instance. Fails as that and wasmind_instance_create do; a model is
    UNSUPPORTED here, and a library is there. */
WASMIND_API wasmind_status wasmind_library_load_file(const char *path, const wasmind_load_options *options,
                                                     wasmind_library **library, wasmind_error **error);
WASMIND_API wasmind_status wasmind_library_load_bytes(const void *bytes, size_t byte_length,
                                                      const wasmind_load_options *options, wasmind_library **library,
                                                      wasmind_error **error);
/** Another instance of the compiled module, with the same limits; tensors belong to the one that made them. Any thread
    may ask for it while another uses `library`. Fails as wasmind_instance_create does. */
WASMIND_API wasmind_status wasmind_library_instantiate(const wasmind_library *library, wasmind_library **instance,
                                                       wasmind_error **error);
/** Its guest tensors may live on; they keep what they need. */
WASMIND_API void wasmind_library_delete(wasmind_library *library);

/** Names and types of attributes: WASMIND_INTEGER, WASMIND_NUMBER or WASMIND_BOOLEAN. */
typedef struct wasmind_attribute_info {
  const char *name; /* NULL when asked for an index that does not exist */
  int32_t kind;
  int has_default; /* without one, every call must give the attribute */
  int64_t default_integer;
  double default_number;
} wasmind_attribute_info;

/** An operator. Of a linked one (an object of somebody else) nothing but the name is known. Strings and arrays live as
    long as the library. */
typedef struct wasmind_operator_info {
  const char *name; /* NULL when asked for an index that does not exist */
  int is_linked;
  int is_variadic; /* more tensors like the last input may follow it */
  size_t input_count, attribute_count, output_count, variant_count;
} wasmind_operator_info;

/** The signature as JSON, NUL-terminated. */
WASMIND_API const char *wasmind_library_signature(const wasmind_library *library);
WASMIND_API size_t wasmind_library_operator_count(const wasmind_library *library);
WASMIND_API wasmind_operator_info wasmind_library_operator(const wasmind_library *library, size_t operator_index);
/** Name of an input, and of an output; NULL when there is none. */
WASMIND_API const char *wasmind_library_input(const wasmind_library *library, size_t operator_index, size_t input);
WASMIND_API const char *wasmind_library_output(const wasmind_library *library, size_t operator_index, size_t output);
WASMIND_API wasmind_attribute_info wasmind_library_attribute(const wasmind_library *library, size_t operator_index,
                                                             size_t attribute);
/** A combination of element types that is built in: of input or output `operand`, outputs counted after inputs. 0 when
    there is none. */
WASMIND_API wasmind_dtype wasmind_library_variant(const wasmind_library *library, size_t operator_index, size_t variant,
                                                  size_t operand);
/** Index of an operator. INVALID_ARGUMENT names the nearest ones. */
WASMIND_API wasmind_status wasmind_library_find(const wasmind_library *library, const char *name,
                                                size_t *operator_index, wasmind_error **error);
/** Bytes of the memory now. */
WASMIND_API uint64_t wasmind_library_memory_byte_length(const wasmind_library *library);

/** Makes a tensor in the library's memory, whose elements are not initialised: fill its view, and calls copy nothing.
    Rank is at most 8. Fails with INVALID_ARGUMENT, LIMIT (no memory), or TRAP. */
WASMIND_API wasmind_status wasmind_library_tensor(wasmind_library *library, wasmind_dtype dtype, const int64_t *shape,
                                                  size_t rank, wasmind_guest_tensor **tensor, wasmind_error **error);
/** Shows elements of `tensor` in another order, for operators to read or write where they are: `shape` and `strides`
   (in elements, of either sign) of [rank], `offset` elements behind the first one of `tensor`. Keeps the memory of
   `tensor`, which may be strided itself. A use of the library.

    INVALID_ARGUMENT when an element lies outside of the dense tensor that all this shows, or rank is over 8; LIMIT. */
WASMIND_API wasmind_status wasmind_guest_tensor_strided(const wasmind_guest_tensor *tensor, int64_t offset,
                                                        const int64_t *shape, const int64_t *strides, size_t rank,
                                                        wasmind_guest_tensor **strided, wasmind_error **error);
/** The same with the axes in another order: axis i is axis `axes[i]` of `tensor`; with count 0 they are back to front.
    INVALID_ARGUMENT when `axes` are no order of all axes. */
WASMIND_API wasmind_status wasmind_guest_tensor_transposed(const wasmind_guest_tensor *tensor, const size_t *axes,
                                                           size_t count, wasmind_guest_tensor **transposed,
                                                           wasmind_error **error);
/** The elements in place. The view lives as long as the tensor: the memory does not move when it grows. Of a tensor
   with strides `data` is the first element and `byte_length` is 0: its elements are no row. */
WASMIND_API wasmind_tensor wasmind_guest_tensor_view(const wasmind_guest_tensor *tensor);
/** Elements from one index to the next, [rank]; NULL of a dense tensor. Lives as long as the tensor. */
WASMIND_API const int64_t *wasmind_guest_tensor_strides(const wasmind_guest_tensor *tensor);
/** Its memory is given back when the library is used next, and no strided tensor shows it any more. May be called from
    any thread at any time. */
WASMIND_API void wasmind_guest_tensor_delete(wasmind_guest_tensor *tensor);

/** What a wasmind_argument is. */
enum {
  WASMIND_NONE = 0,         /* an output that the operator makes */
  WASMIND_TENSOR = 1,       /* dense elements of the caller; copied */
  WASMIND_GUEST_TENSOR = 2, /* of this library; nothing is copied */
  WASMIND_INTEGER = 3,
  WASMIND_NUMBER = 4,
  WASMIND_BOOLEAN = 5, /* `integer` is 0 or 1 */
  WASMIND_UNSIGNED = 6 /* an integer that an int64_t may not hold */
};

typedef struct wasmind_argument {
  int32_t kind;
  /** Of an attribute given by name; NULL: the argument counts by its position. */
  const char *name;
  union {
    wasmind_tensor tensor;
    wasmind_guest_tensor *guest;
    int64_t integer;
    uint64_t unsigned_integer;
    double number;
  } of;
} wasmind_argument;

/** Calls an operator.

    `arguments`: its inputs in order, then attributes in order or by name; those left out have their defaults. A number
    in place of a tensor is a scalar of the element type that the other tensors leave for it. What places take which
    numbers stands in abi/spec.md, "Numbers". Of a linked operator: all arguments in order, as it wants them.
    `outputs`: one per output: WASMIND_TENSOR and WASMIND_GUEST_TENSOR are written into; WASMIND_NONE becomes a
    WASMIND_GUEST_TENSOR that the caller deletes. Linked operators want all their outputs given.

    Ends in one of these ways:
      1. OK.
      2. INVALID_ARGUMENT - an argument does not fit, or the operator refused it (text from the operator); given outputs
         may have been written. The library stays usable.
      3. LIMIT            - no memory; stays usable. Or the time limit passed, then as 4.
      4. TRAP, INVALID_MODULE - the module stopped, or broke the contract. Every later call fails with
         INVALID_ARGUMENT; views of guest tensors stay readable. */
WASMIND_API wasmind_status wasmind_library_call(wasmind_library *library, size_t operator_index,
                                                const wasmind_argument *arguments, size_t argument_count,
                                                wasmind_argument *outputs, size_t output_count, wasmind_error **error);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif
