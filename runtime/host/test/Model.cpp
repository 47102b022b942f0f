// Loading: what the signature shows, limits, the cache of compiled modules, weights files.
#include "runtime/host/test/Vectors.h"
#include <atomic>
#include <sys/stat.h>
#include <thread>

using namespace wasmind;
using namespace wasmind::test;
namespace fs = std::filesystem;

namespace {

std::string errorOf(const Result<Model> &model) { return model ? "" : model.error().text; }

/// The single file with this ending in a folder; "" when there is none.
fs::path onlyFile(const fs::path &folder, const std::string &extension) {
  fs::path found;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (entry.path().extension() == extension) {
      EXPECT_TRUE(found.empty());
      found = entry.path();
    }
  return found;
}

LoadOptions cachedIn(const fs::path &folder) {
  LoadOptions options;
  options.cacheFolder = folder.string();
  return options;
}

} // namespace

TEST(Model, showsItsSignature) {
  Model model = loadVector("keep_positive.wasm");
  const Signature &signature = model.signature();
  ASSERT_EQ(signature.dims.size(), 2u);
  EXPECT_EQ(signature.dims[0].name, "n");
  EXPECT_EQ(signature.dims[0].max, 16);
  EXPECT_TRUE(signature.dims[1].isDerived);
  ASSERT_EQ(signature.functions.size(), 1u);
  const Signature::Tensor &input = signature.functions[0].inputs[0];
  EXPECT_EQ(input.name, "x");
  EXPECT_EQ(input.dtype, DType::F32);
  EXPECT_EQ(input.bounds, std::vector<int64_t>{16});
  EXPECT_EQ(input.dims, std::vector<int32_t>{0});
  EXPECT_EQ(input.byteLength, 64u);
  EXPECT_NE(signature.json.find("\"abi\""), std::string::npos);
}

TEST(Model, showsWhatDimsMayHaveBesides) {
  const Model growing = loadVector("state_growing.wasm"), multiple = loadVector("multiple.wasm");
  const std::vector<Signature::Dim> &dims = growing.signature().dims;
  EXPECT_TRUE(dims[0].isKept);
  EXPECT_FALSE(dims[1].isKept);
  EXPECT_EQ(dims[1].equals, "");
  EXPECT_EQ(dims[2].equals, "past + new");
  EXPECT_EQ(dims[2].multipleOf, 1);
  EXPECT_EQ(multiple.signature().dims[0].multipleOf, 4);
}

TEST(Model, showsItsSizes) {
  Model model = loadVector("add.wasm");
  EXPECT_EQ(model.info().memory_byte_length, 3u * 65536);
  EXPECT_EQ(model.info().weight_byte_length, 16u);
  EXPECT_GT(model.info().code_byte_length, 50u);
  EXPECT_LT(model.info().code_byte_length, 200u);
  EXPECT_EQ(model.info().module_byte_length, fs::file_size(vectorFolder() / "add.wasm"));
}

TEST(Model, unknownIndicesAreNull) {
  Model model = loadVector("add.wasm");
  EXPECT_EQ(wasmind_model_function_name(model.get(), 1), nullptr);
  EXPECT_EQ(wasmind_model_input(model.get(), 0, 2).name, nullptr);
  EXPECT_EQ(wasmind_model_output(model.get(), 7, 0).name, nullptr);
  EXPECT_EQ(wasmind_model_dim(model.get(), 0).name, nullptr);
  EXPECT_EQ(wasmind_model_input_count(model.get(), 1), 0u);
  EXPECT_EQ(wasmind_dtype_name(99), nullptr);
  EXPECT_EQ(wasmind_dtype_name(256 + WASMIND_F32), nullptr);
  EXPECT_EQ(wasmind_dtype_byte_width(0), 0u);
}

TEST(Model, nullArgumentsAreRefused) {
  wasmind_error *error = nullptr;
  EXPECT_EQ(wasmind_model_load_file(nullptr, nullptr, nullptr, &error), WASMIND_INVALID_ARGUMENT);
  EXPECT_STREQ(wasmind_error_text(error), "path is NULL");
  wasmind_error_delete(error);
  EXPECT_EQ(wasmind_model_load_bytes(nullptr, 4, nullptr, nullptr, nullptr), WASMIND_INVALID_ARGUMENT);
  EXPECT_EQ(wasmind_instance_create(nullptr, nullptr, nullptr), WASMIND_INVALID_ARGUMENT);
  wasmind_load_options options = {};
  wasmind_model *model = nullptr;
  EXPECT_EQ(wasmind_model_load_bytes("", 0, &options, &model, nullptr), WASMIND_INVALID_ARGUMENT);
  wasmind_model_delete(nullptr);
  wasmind_instance_delete(nullptr);
  wasmind_error_delete(nullptr);
}

TEST(Model, filesThatCannotBeRead) {
  Result<Model> missing = Model::load("/nowhere/m.wasm");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().status, Status::Io);
  EXPECT_EQ(missing.error().text, "cannot open /nowhere/m.wasm: No such file or directory");
  EXPECT_EQ(errorOf(Model::load("/dev/null")), "cannot read /dev/null: not a regular file");
  TemporaryFolder folder;
  fs::path pipe = folder.path / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(errorOf(Model::load(pipe.string())), "cannot read " + pipe.string() + ": not a regular file");
}

TEST(Model, errorsAreOneVisibleLine) {
  const std::string hostile = "/nowhere/\x1b[2J\n\u202e\x9b/";
  EXPECT_EQ(errorOf(Model::load(hostile + "m.wasm")),
            "cannot open /nowhere/\\u{1b}[2J \\u{202e}?/m.wasm: No such file or directory");
  for (const std::string &path : {hostile + std::string(100'000, 'x'), std::string(3000, '\x01')}) {
    const std::string text = errorOf(Model::load(path));
    EXPECT_TRUE(text.starts_with("cannot open ") && text.size() <= 4096) << text.size();
    EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) { return (unsigned char)c < 32; })) << text;
  }
}

TEST(Model, limits) {
  LoadOptions options = uncached();
  options.maxMemoryByteLength = 100000;
  Result<Model> model = Model::load(readVector("add.wasm"), options);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().status, Status::Limit);
  EXPECT_EQ(model.error().text, "the module's memory of 196608 bytes is over the limit of 100000");

  options = uncached();
  options.maxModuleByteLength = 100;
  Result<Model> large = Model::load((vectorFolder() / "add.wasm").string(), options);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().status, Status::Limit);
  EXPECT_FALSE(Model::load(readVector("add.wasm"), options));
}

TEST(Model, compiledModulesAreKept) {
  TemporaryFolder folder;
  LoadOptions options = cachedIn(folder.path / "cache");
  std::vector<uint8_t> bytes = readVector("add.wasm");
  Result<Model> first = Model::load(bytes, options);
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_FALSE(first->info().was_cached);
  Result<Model> second = Model::load(bytes, options);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->info().was_cached);
  std::vector<float> a{1, 2, 3, 4}, b{5, 6, 7, 8};
  Instance instance = instantiate(*second);
  Result<std::vector<Tensor>> outputs = instance.run({Tensor::of(a, {4}), Tensor::of(b, {4})});
  ASSERT_TRUE(outputs);
  EXPECT_EQ((*outputs)[0].elements<float>()[3], 12);

  options.timeLimitMs = 1000; // other code: no entry for it yet
  EXPECT_FALSE(Model::load(bytes, options)->info().was_cached);
}

TEST(Model, damagedCacheEntriesAreMadeAnew) {
  TemporaryFolder folder;
  LoadOptions options = cachedIn(folder.path);
  std::vector<uint8_t> bytes = readVector("add.wasm");
  auto expectRebuilt = [&](const char *damage) {
    SCOPED_TRACE(damage);
    Result<Model> again = Model::load(bytes, options);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_FALSE(again->info().was_cached);
    EXPECT_TRUE(Model::load(bytes, options)->info().was_cached);
  };
  ASSERT_TRUE(Model::load(bytes, options));
  fs::path compiled = onlyFile(folder.path, ".cwasm"), sum = onlyFile(folder.path, ".sum");
  ASSERT_FALSE(compiled.empty());

  fs::resize_file(compiled, 100);
  expectRebuilt("truncated");
  fs::resize_file(compiled, 0);
  expectRebuilt("empty");
  {
    std::fstream stream(compiled, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(std::streamoff(fs::file_size(compiled) / 2));
    stream.put('\x5a').put('\xa5');
  }
  expectRebuilt("changed bytes");
  fs::remove(sum);
  expectRebuilt("no checksum");
  std::ofstream(sum) << std::string(1000, 'a');
  expectRebuilt("wrong checksum");
  fs::permissions(compiled, fs::perms::others_write, fs::perm_options::add);
  expectRebuilt("others can write it");
}

TEST(Model, cacheFoldersOfOthersAreNotUsed) {
  TemporaryFolder folder;
  fs::path open = folder.path / "open";
  fs::create_directory(open);
  fs::permissions(open, fs::perms::all);
  ASSERT_TRUE(Model::load(readVector("add.wasm"), cachedIn(open)));
  EXPECT_TRUE(fs::is_empty(open));
  std::ofstream(folder.path / "file") << "in the way";
  EXPECT_TRUE(Model::load(readVector("add.wasm"), cachedIn(folder.path / "file")));
  EXPECT_TRUE(Model::load(readVector("add.wasm"), cachedIn("/proc/nowhere")));
}

// A compiled module is native code: whoever can write or replace it runs code here.
TEST(Model, cachesThatOthersCanReplaceAreNotUsed) {
  const std::vector<uint8_t> bytes = readVector("add.wasm");
  auto isUsed = [&](const fs::path &folder) {
    Result<Model> first = Model::load(bytes, cachedIn(folder)), second = Model::load(bytes, cachedIn(folder));
    EXPECT_TRUE(first && second);
    return second && second->info().was_cached != 0;
  };
  TemporaryFolder folder;
  fs::create_directories(folder.path / "parent/cache");
  fs::permissions(folder.path / "parent/cache", fs::perms::owner_all);
  EXPECT_TRUE(isUsed(folder.path / "parent/cache"));
  fs::create_directory_symlink(folder.path / "parent", folder.path / "link");
  EXPECT_TRUE(isUsed(folder.path / "link/cache")) << "what counts is where a link leads";
  for (fs::perms others : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(folder.path / "parent", fs::perms::owner_all | others);
    EXPECT_FALSE(isUsed(folder.path / "parent/cache"));
    EXPECT_FALSE(isUsed(folder.path / "link/cache"));
    EXPECT_FALSE(isUsed(folder.path / "parent/made/here"));
    EXPECT_TRUE(fs::exists(folder.path / "parent/cache"));
    fs::permissions(folder.path / "parent", fs::perms::owner_all | others | fs::perms::sticky_bit);
    EXPECT_TRUE(isUsed(folder.path / "parent/cache")) << "only owners rename there";
  }
  const mode_t before = umask(0); // folders that are made are private whatever the umask
  EXPECT_TRUE(isUsed(folder.path / "new/folders/down"));
  umask(before);
  EXPECT_EQ(fs::status(folder.path / "new").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder.path / "new/folders").permissions(), fs::perms::owner_all);
}

TEST(Model, cacheEntriesThatAreLinksAreMadeAnew) {
  TemporaryFolder folder;
  const LoadOptions options = cachedIn(folder.path / "cache");
  const std::vector<uint8_t> bytes = readVector("add.wasm");
  ASSERT_TRUE(Model::load(bytes, options));
  for (const char *extension : {".cwasm", ".sum"}) {
    const fs::path file = onlyFile(folder.path / "cache", extension), moved = folder.path / "moved";
    fs::rename(file, moved);
    fs::create_symlink(moved, file);
    EXPECT_FALSE(Model::load(bytes, options)->info().was_cached) << extension;
    EXPECT_FALSE(fs::is_symlink(file));
    EXPECT_TRUE(Model::load(bytes, options)->info().was_cached);
  }
}

// Who changes the file between the look at it and its use, as this user alone can, changes nothing of what runs.
TEST(Model, whatIsMappedIsWhatWasChecked) {
  TemporaryFolder folder;
  const std::vector<uint8_t> bytes = readVector("add.wasm");
  const LoadOptions options = cachedIn(folder.path / "cache");
  ASSERT_TRUE(Model::load(bytes, options));
  ASSERT_TRUE(Model::load(readVector("traps.wasm"), cachedIn(folder.path / "other")));
  const fs::path place = onlyFile(folder.path / "cache", ".cwasm"), other = onlyFile(folder.path / "other", ".cwasm"),
                 good = folder.path / "good", next = folder.path / "cache/next";
  fs::copy_file(place, good);
  std::atomic<bool> isOver = false;
  std::thread changes([&] {
    while (!isOver)
      for (const fs::path &from : {other, good}) {
        fs::copy_file(from, next, fs::copy_options::overwrite_existing);
        fs::rename(next, place);
      }
  });
  std::vector<float> ones(4, 1);
  size_t cached = 0;
  for (int round = 0; round < 300; ++round) {
    Result<Model> model = Model::load(bytes, options);
    EXPECT_TRUE(model);
    cached += model && model->info().was_cached;
    Instance instance = instantiate(*model);
    if (auto outputs = instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})}); !outputs) {
      ADD_FAILURE() << "round " << round << ": " << outputs.error().text;
      break;
    }
  }
  isOver = true;
  changes.join();
  EXPECT_GT(cached, 0u);
}

TEST(Model, weightsBesideTheModule) {
  TemporaryFolder folder;
  fs::copy_file(vectorFolder() / "external_weights.wasm", folder.path / "m.wasm");
  LoadOptions options;
  options.disableCache = true;
  const std::string path = (folder.path / "m.wasm").string();
  Result<Model> missing = Model::load(path, options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().status, Status::Io);

  fs::path weights = folder.path / "external.weights";
  fs::copy_file(vectorFolder() / "external.weights", weights);
  Result<Model> model = Model::load(path, options);
  ASSERT_TRUE(model) << model.error().text;
  EXPECT_EQ(model->info().weight_byte_length, 16u);
  EXPECT_TRUE(Instance::create(*model));

  const fs::file_time_type written = fs::last_write_time(weights);
  std::fstream(weights, std::ios::in | std::ios::out | std::ios::binary).put('x'); // after loading
  fs::last_write_time(weights, written); // whoever changes them may also set their time
  Result<Instance> changed = Instance::create(*model);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().status, Status::InvalidModule);
  Result<Model> damaged = Model::load(path, options);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().status, Status::InvalidModule);
  fs::resize_file(weights, 8);
  EXPECT_EQ(Instance::create(*model).error().status, Status::Io);
}

TEST(Model, weightsOfAModuleInMemoryNeedAFolder) {
  LoadOptions options;
  options.disableCache = true;
  Result<Model> model = Model::load(readVector("external_weights.wasm"), options);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().text,
            "the weights are in the file 'external.weights': load the module from a file beside it, "
            "or name its folder in the load options");
  EXPECT_TRUE(Model::load(readVector("external_weights.wasm"), uncached()));
}
