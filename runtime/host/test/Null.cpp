// NULL for every pointer parameter of every function of wasmind.h, one at a time: refused as the header says.
#include "runtime/host/test/Vectors.h"
#include <regex>
#include <set>
#include <tuple>

using namespace wasmind;
using namespace wasmind::test;

namespace {

bool isZero(const char *text) { return !text; }
bool isZero(const int64_t *numbers) { return !numbers; }
bool isZero(uint64_t number) { return number == 0; }
bool isZero(int32_t number) { return number == 0; }
bool isZero(const wasmind_model_info &info) {
  return !info.memory_byte_length && !info.code_byte_length && !info.weight_byte_length && !info.module_byte_length &&
         !info.was_cached;
}
bool isZero(const wasmind_dim_info &info) {
  return !info.name && !info.min && !info.max && !info.is_derived && !info.is_kept && !info.multiple_of && !info.equals;
}
bool isZero(const wasmind_tensor_info &info) {
  return !info.name && !info.dtype && !info.rank && !info.bounds && !info.dims && !info.byte_length;
}
bool isZero(const wasmind_operator_info &info) {
  return !info.name && !info.is_linked && !info.is_variadic && !info.input_count && !info.attribute_count &&
         !info.output_count && !info.variant_count;
}
bool isZero(const wasmind_attribute_info &info) { return !info.name && !info.kind && !info.has_default; }
bool isZero(const wasmind_tensor &tensor) {
  return !tensor.dtype && !tensor.rank && !tensor.shape && !tensor.data && !tensor.byte_length;
}

/// Deletes what a call has made.
template <typename Argument> void drop(Argument) {}
void drop(wasmind_model **made) { made ? wasmind_model_delete(std::exchange(*made, nullptr)) : void(); }
void drop(wasmind_instance **made) { made ? wasmind_instance_delete(std::exchange(*made, nullptr)) : void(); }
void drop(wasmind_library **made) { made ? wasmind_library_delete(std::exchange(*made, nullptr)) : void(); }
void drop(wasmind_guest_tensor **made) { made ? wasmind_guest_tensor_delete(std::exchange(*made, nullptr)) : void(); }

/// Calls functions with arguments that are right but for one pointer, which is NULL.
class Null : public testing::Test {
protected:
  Null() {
    EXPECT_EQ(wasmind_model_load_file(path("add.wasm").c_str(), &options, &model, nullptr), WASMIND_OK);
    EXPECT_EQ(wasmind_instance_create(model, &instance, nullptr), WASMIND_OK);
    EXPECT_EQ(wasmind_library_load_file(path("library.wasm").c_str(), &options, &library, nullptr), WASMIND_OK);
    EXPECT_EQ(wasmind_library_tensor(library, WASMIND_F32, shape, 1, &tensor, nullptr), WASMIND_OK);
    EXPECT_EQ(wasmind_model_load_bytes("", 0, nullptr, &otherModel, &error), WASMIND_INVALID_MODULE);
  }
  ~Null() override {
    wasmind_error_delete(error);
    wasmind_guest_tensor_delete(tensor);
    wasmind_library_delete(library);
    wasmind_instance_delete(instance);
    wasmind_model_delete(model);
  }

  static std::string path(const std::string &file) { return (vectorFolder() / file).string(); }

  /// `optional`: numbers of the pointer parameters for which NULL has a meaning of its own.
  template <typename Result, typename... Parameters, typename... Arguments>
  void walk(const std::string &name, Result (*function)(Parameters...), std::set<size_t> optional,
            Arguments... arguments) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(walked.insert(name).second);
    std::tuple<Parameters...> given(arguments...);
    [&]<size_t... Index>(std::index_sequence<Index...>) {
      (callWithout<Index>(function, given, optional.count(Index) != 0), ...);
    }(std::index_sequence_for<Parameters...>());
  }

  template <size_t Index, typename Function, typename Given>
  void callWithout(Function function, Given given, bool isOptional) {
    using Parameter = std::tuple_element_t<Index, Given>;
    if constexpr (std::is_pointer_v<Parameter>) {
      SCOPED_TRACE(Index);
      std::get<Index>(given) = nullptr;
      using Result = decltype(std::apply(function, given));
      constexpr bool takesError =
          std::is_same_v<std::tuple_element_t<std::tuple_size_v<Given> - 1, Given>, wasmind_error **>;
      if constexpr (std::is_void_v<Result>) {
        function(nullptr);
      } else if constexpr (!takesError) {
        EXPECT_TRUE(isOptional || isZero(std::apply(function, given)));
      } else if (Index + 1 == std::tuple_size_v<Given>) {
        std::apply(function, given); // without an error to be told
      } else {
        wasmind_error *told = nullptr;
        std::get<std::tuple_size_v<Given> - 1>(given) = &told;
        const wasmind_status status = std::apply(function, given);
        if (!isOptional) {
          EXPECT_EQ(status, WASMIND_INVALID_ARGUMENT);
          EXPECT_TRUE(std::regex_match(wasmind_error_text(told), std::regex("\\w+ is NULL")))
              << wasmind_error_text(told);
        }
        wasmind_error_delete(told);
      }
      std::apply([](auto... each) { (drop(each), ...); }, given);
    }
  }

  const int64_t shape[1] = {4}, strides[1] = {1};
  const size_t axes[1] = {0};
  float elements[4] = {};
  wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
  wasmind_model *model = nullptr, *otherModel = nullptr;
  wasmind_instance *instance = nullptr;
  wasmind_library *library = nullptr;
  wasmind_guest_tensor *tensor = nullptr;
  wasmind_error *error = nullptr;
  std::set<std::string> walked;
};

} // namespace

#define WALK(function, ...) walk(#function, function, __VA_ARGS__)

TEST_F(Null, isRefusedEverywhere) {
  wasmind_model *otherModel = nullptr;
  wasmind_instance *otherInstance = nullptr;
  wasmind_library *otherLibrary = nullptr;
  wasmind_guest_tensor *otherTensor = nullptr;
  wasmind_error *told = nullptr;
  wasmind_tensor view, two[2] = {{WASMIND_F32, 1, shape, elements, 16}, {WASMIND_F32, 1, shape, elements, 16}};
  wasmind_argument arguments[2] = {}, outputs[1] = {};
  size_t found = 0;
  const std::vector<uint8_t> bytes = readVector("add.wasm");
  const std::set<size_t> none, last{0};

  WALK(wasmind_error_text, last, error);
  EXPECT_STREQ(wasmind_error_text(nullptr), "out of memory");
  WALK(wasmind_error_status, last, error);
  EXPECT_EQ(wasmind_error_status(nullptr), WASMIND_LIMIT);
  WALK(wasmind_error_kind, last, error);
  EXPECT_STREQ(wasmind_error_kind(nullptr), "");
  WALK(wasmind_error_delete, none, error);
  WALK(wasmind_status_name, none, WASMIND_OK);
  WALK(wasmind_dtype_name, none, WASMIND_F32);
  WALK(wasmind_dtype_byte_width, none, WASMIND_F32);
  WALK(wasmind_version, none);

  const std::string file = path("add.wasm");
  WALK(wasmind_model_load_file, {1}, file.c_str(), &options, &otherModel, &told);
  WALK(wasmind_model_load_bytes, {2}, bytes.data(), bytes.size(), &options, &otherModel, &told);
  WALK(wasmind_model_delete, none, model);
  WALK(wasmind_model_get_info, none, model);
  WALK(wasmind_model_note_count, none, model);
  WALK(wasmind_model_note, none, model, 0);
  WALK(wasmind_model_signature, none, model);
  WALK(wasmind_model_dim_count, none, model);
  WALK(wasmind_model_dim, none, model, 0u);
  WALK(wasmind_model_function_count, none, model);
  WALK(wasmind_model_function_name, none, model, 0u);
  WALK(wasmind_model_input_count, none, model, 0u);
  WALK(wasmind_model_output_count, none, model, 0u);
  WALK(wasmind_model_input, none, model, 0u, 0u);
  WALK(wasmind_model_output, none, model, 0u, 0u);
  WALK(wasmind_model_state_count, none, model, 0u);
  WALK(wasmind_model_state, none, model, 0u, 0u);

  WALK(wasmind_instance_create, none, model, &otherInstance, &told);
  WALK(wasmind_instance_delete, none, instance);
  WALK(wasmind_instance_resize_input, none, instance, 0u, 0u, shape, 1u, &told);
  WALK(wasmind_instance_input, none, instance, 0u, 0u, &view, &told);
  WALK(wasmind_instance_run, none, instance, 0u, two, 2u, &told);
  EXPECT_EQ(wasmind_instance_run(instance, 0, two, 2, nullptr), WASMIND_OK);
  WALK(wasmind_instance_output, none, instance, 0u, 0u, &view, &told);
  WALK(wasmind_instance_reset, none, instance, &told);
  int64_t extent = 0;
  WALK(wasmind_instance_extent, none, instance, 0u, &extent, &told);

  WALK(wasmind_library_load_file, {1}, path("library.wasm").c_str(), &options, &otherLibrary, &told);
  WALK(wasmind_library_load_bytes, {2}, bytes.data(), bytes.size(), &options, &otherLibrary, &told);
  WALK(wasmind_library_instantiate, none, library, &otherLibrary, &told);
  WALK(wasmind_library_delete, none, library);
  WALK(wasmind_library_signature, none, library);
  WALK(wasmind_library_operator_count, none, library);
  WALK(wasmind_library_operator, none, library, 0u);
  WALK(wasmind_library_input, none, library, 0u, 0u);
  WALK(wasmind_library_output, none, library, 0u, 0u);
  WALK(wasmind_library_attribute, none, library, 0u, 0u);
  WALK(wasmind_library_variant, none, library, 0u, 0u, 0u);
  WALK(wasmind_library_find, none, library, "Add", &found, &told);
  WALK(wasmind_library_memory_byte_length, none, library);
  WALK(wasmind_library_tensor, none, library, WASMIND_F32, shape, 1u, &otherTensor, &told);
  WALK(wasmind_guest_tensor_strided, none, tensor, 0, shape, strides, 1u, &otherTensor, &told);
  WALK(wasmind_guest_tensor_transposed, none, tensor, axes, 1u, &otherTensor, &told);
  WALK(wasmind_guest_tensor_view, none, tensor);
  WALK(wasmind_guest_tensor_strides, none, tensor);
  WALK(wasmind_guest_tensor_delete, none, tensor);
  WALK(wasmind_library_call, none, library, 0u, arguments, 2u, outputs, 1u, &told);
  wasmind_error_delete(told);

  std::ifstream header(std::string(std::getenv("WASMIND_SOURCE")) + "/runtime/host/include/wasmind.h");
  const std::string text{std::istreambuf_iterator<char>(header), {}};
  const std::regex declaration("WASMIND_API [^;(]*?(wasmind_\\w+)\\(");
  std::set<std::string> declared;
  for (std::sregex_iterator each(text.begin(), text.end(), declaration), end; each != end; ++each)
    declared.insert((*each)[1]);
  EXPECT_EQ(walked, declared) << "every function of the header belongs here";
}

// Pointers inside of what is passed.
TEST_F(Null, isRefusedInStructs) {
  auto refused = [](wasmind_status status, wasmind_error *told, const char *text) {
    EXPECT_EQ(status, WASMIND_INVALID_ARGUMENT);
    EXPECT_NE(std::string(wasmind_error_text(told)).find(text), std::string::npos) << wasmind_error_text(told);
    wasmind_error_delete(told);
  };
  const wasmind_tensor whole{WASMIND_F32, 1, shape, elements, 16};
  for (wasmind_tensor tensor :
       {wasmind_tensor{WASMIND_F32, 1, nullptr, elements, 16}, wasmind_tensor{WASMIND_F32, 1, shape, nullptr, 16}}) {
    const char *text = tensor.shape ? "data is NULL" : "shape is NULL";
    wasmind_error *told = nullptr;
    const wasmind_tensor inputs[] = {whole, tensor};
    refused(wasmind_instance_run(instance, 0, inputs, 2, &told), told, text);
    size_t add = 0;
    ASSERT_EQ(wasmind_library_find(library, "Add", &add, nullptr), WASMIND_OK);
    wasmind_argument arguments[2] = {}, output = {};
    arguments[0].kind = arguments[1].kind = WASMIND_TENSOR;
    arguments[0].of.tensor = whole;
    arguments[1].of.tensor = tensor;
    told = nullptr;
    refused(wasmind_library_call(library, add, arguments, 2, &output, 1, &told), told, text);
    arguments[1].of.tensor = whole;
    output.kind = WASMIND_TENSOR;
    output.of.tensor = tensor;
    told = nullptr;
    refused(wasmind_library_call(library, add, arguments, 2, &output, 1, &told), told, text);
    output.kind = WASMIND_GUEST_TENSOR;
    output.of.guest = nullptr;
    told = nullptr;
    refused(wasmind_library_call(library, add, arguments, 2, &output, 1, &told), told, "is NULL");
  }
}
