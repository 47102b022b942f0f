// Several builds of one model: which one is loaded and what is said of it, and every index or folder that is refused.
#include "abi/BuildIndex.h"
#include "runtime/host/src/Sha256.h"
#include "runtime/host/test/Child.h"
#include "runtime/host/test/Vectors.h"

using namespace wasmind;
using namespace wasmind::test;
namespace fs = std::filesystem;

namespace {

class Builds : public testing::Test {
protected:
  Builds() {
    for (const char *name :
         {"needs_relaxed_simd.wasm", "needs_simd128.wasm", "external_weights.wasm", "external.weights"})
      fs::copy_file(vectorFolder() / name, at(name));
    index.compiler = "test";
    index.builds = {{{"simd128", "relaxed-simd"}, describe("needs_relaxed_simd.wasm"), {}},
                    {{"simd128"}, describe("needs_simd128.wasm"), {}}};
    write();
    options.disableCache = true;
  }

  fs::path at(const std::string &name) const { return folder.path / name; }
  std::string indexPath() const { return at("wasmind.json").string(); }

  wasmind::abi::IndexedFile describe(const std::string &name) const {
    std::ifstream stream(at(name), std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
    return {name, bytes.size(), host::Sha256::of(bytes)};
  }
  void write() const { writeText(wasmind::abi::writeBuildIndex(index)); }
  void writeText(const std::string &text) const { std::ofstream(at("wasmind.json"), std::ios::binary) << text; }

  /// The first element that the model computes of 1 and 10.
  static float resultOf(const Model &model) {
    std::vector<float> a(4, 1), b(4, 10);
    Instance instance = instantiate(model);
    return (*instance.run({Tensor::of(a, {4}), Tensor::of(b, {4})}))[0].elements<float>()[0];
  }

  void expectRefused(Status status, const std::string &text) const {
    Result<Model> model = Model::load(folder.path.string(), options);
    ASSERT_FALSE(model) << "expected: " << text;
    EXPECT_EQ(model.error().status, status) << model.error().text;
    EXPECT_EQ(model.error().text, text);
  }

  TemporaryFolder folder;
  wasmind::abi::BuildIndex index;
  LoadOptions options;
};

const char *const chosen = "needs_relaxed_simd.wasm is loaded, the build for simd128, relaxed-simd";
const char *const plain = "needs_simd128.wasm is loaded, the build for simd128";

} // namespace

TEST_F(Builds, TheBestIsLoaded) {
  for (const std::string &path : {folder.path.string(), folder.path.string() + "/", indexPath()}) {
    Result<Model> model = Model::load(path, options);
    ASSERT_TRUE(model) << model.error().text;
    EXPECT_EQ(model->notes(), std::vector<std::string>{chosen});
    EXPECT_EQ(resultOf(*model), 2);
  }
  fs::rename(indexPath(), at("other.json"));
  EXPECT_TRUE(Model::load(at("other.json").string(), options));
  EXPECT_TRUE(loadVector("add.wasm").notes().empty());
  options.timeLimitMs = 1000;
  EXPECT_TRUE(Model::load(at("other.json").string(), options)) << "the other engine validates as well";
}

TEST_F(Builds, NotesAreReadFromC) {
  wasmind_model *model = nullptr;
  ASSERT_EQ(wasmind_model_load_file(folder.path.c_str(), nullptr, &model, nullptr), WASMIND_OK);
  EXPECT_EQ(wasmind_model_note_count(model), 1u);
  EXPECT_STREQ(wasmind_model_note(model, 0), chosen);
  EXPECT_EQ(wasmind_model_note(model, 1), nullptr);
  wasmind_model_delete(model);
}

TEST_F(Builds, WhatDoesNotRunHereIsPassedOver) {
  for (const char *feature : {"threads", "of-the-future"}) {
    index.builds[0].features[1] = feature;
    write();
    Result<Model> model = Model::load(folder.path.string(), options);
    ASSERT_TRUE(model) << model.error().text;
    EXPECT_EQ(model->notes(),
              (std::vector<std::string>{std::string("needs_relaxed_simd.wasm is passed over: it needs ") + feature +
                                            ", which this host does not run",
                                        plain}));
    EXPECT_EQ(resultOf(*model), 11);
  }
  index.builds[0].features[1] = "gpu\u202e"; // of somebody who hides what comes behind it
  write();
  EXPECT_EQ(Model::load(folder.path.string(), options)->notes()[0],
            "needs_relaxed_simd.wasm is passed over: it needs gpu\\u{202e}, which this host does not run");
}

TEST_F(Builds, WithoutOneThatRunsAllReasonsAreTold) {
  index.builds[0].features = {"threads"};
  index.builds[1].features = {"gpu"};
  write();
  expectRefused(Status::Unsupported,
                indexPath() +
                    ": no build runs here: needs_relaxed_simd.wasm needs threads, which this host does not run; "
                    "needs_simd128.wasm needs gpu, which this host does not run; compile the model with simd128 among "
                    "--variants");
}

TEST_F(Builds, AChildOfAForkChooses) {
  ASSERT_TRUE(Model::load(folder.path.string(), options)); // so that there is an engine with threads
  EXPECT_EQ(runInChild([&] {
              Result<Model> model = Model::load(folder.path.string(), options);
              return model && model->notes() == std::vector<std::string>{chosen} && resultOf(*model) == 2 ? 0 : 1;
            }),
            0);
}

TEST_F(Builds, FoldersWithoutAnIndex) {
  fs::remove(indexPath());
  expectRefused(Status::Io,
                "cannot read " + folder.path.string() +
                    ": it is a folder without wasmind.json, the index of a model's builds; name a module in it");
  EXPECT_EQ(Model::load(indexPath(), options).error().text,
            "cannot open " + indexPath() + ": No such file or directory");
  fs::create_directory(indexPath());
  expectRefused(Status::Io, "cannot read " + indexPath() + ": not a regular file");
  // A library has no builds.
  EXPECT_EQ(OperatorLibrary::load(folder.path.string()).error().text,
            "cannot read " + folder.path.string() + ": not a regular file");
}

TEST_F(Builds, IndexesThatAreWrong) {
  const std::string start = indexPath() + ": index of builds: ", text = wasmind::abi::writeBuildIndex(index);
  auto expectTextRefused = [&](const std::string &wrong, const std::string &reason,
                               Status status = Status::InvalidModule) {
    writeText(wrong);
    expectRefused(status, start + reason);
  };
  expectTextRefused(text.substr(0, text.size() / 2), "not valid JSON");
  expectTextRefused("", "not valid JSON");
  expectTextRefused(std::string(1 << 20, ' ') + "{}", "1048578 bytes are over 1048576");
  expectTextRefused("{}", "version: missing");
  expectTextRefused("{\"version\": 2}",
                    "version: 2, this host reads version 1; compile the model again or update the host",
                    Status::Unsupported);
  for (const char *name : {"../needs_simd128.wasm", "/etc/passwd", ".."}) {
    index.builds[0].module.name = name;
    expectTextRefused(wasmind::abi::writeBuildIndex(index), "builds[0].file: not a plain file name");
  }
}

TEST_F(Builds, FilesThatAreNotThoseOfTheIndex) {
  const std::string path = at("needs_relaxed_simd.wasm").string();
  {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-1, std::ios::end);
    stream.put('#');
  }
  expectRefused(Status::InvalidModule,
                path + " has another SHA-256 than the index says: it was damaged or belongs to another compilation");
  fs::resize_file(path, 100);
  expectRefused(Status::InvalidModule, path + " has 100 bytes where the index says " +
                                           std::to_string(index.builds[0].module.byteLength) +
                                           ": it was damaged or belongs to another compilation");
  fs::remove(path);
  expectRefused(Status::Io, "cannot open " + path + ": No such file or directory");
}

TEST_F(Builds, SignaturesThatContradictTheIndex) {
  index.builds[0].features = {"relaxed-simd"};
  write();
  const std::string start = at("needs_relaxed_simd.wasm").string() + ": the signature has other ",
                    end = " than the index of builds says; compile the model again";
  expectRefused(Status::InvalidModule, start + "features" + end);
  index.builds[0].features = {"simd128", "relaxed-simd"};
  index.builds[0].weights = describe("external.weights");
  write();
  expectRefused(Status::InvalidModule, start + "weights" + end);
}

TEST_F(Builds, WeightsBesideTheIndex) {
  index.builds = {{{}, describe("external_weights.wasm"), describe("external.weights")}};
  write();
  Result<Model> model = Model::load(folder.path.string(), options);
  ASSERT_TRUE(model) << model.error().text;
  EXPECT_EQ(model->notes(), std::vector<std::string>{"external_weights.wasm is loaded, the build for no features"});
  EXPECT_TRUE(Instance::create(*model));
  std::ofstream(at("external.weights"), std::ios::binary) << std::string(16, 'x');
  expectRefused(Status::InvalidModule,
                at("external_weights.wasm").string() + ": " + at("external.weights").string() +
                    " has another SHA-256 than the signature says: it was damaged or belongs to another compilation");
  fs::remove(at("external.weights"));
  expectRefused(Status::Io, at("external_weights.wasm").string() + ": cannot open " + at("external.weights").string() +
                                ": No such file or directory");
  fs::copy_file(vectorFolder() / "external.weights", at("external.weights"));
  index.builds[0].weights->byteLength = 17;
  write();
  expectRefused(Status::InvalidModule, at("external_weights.wasm").string() +
                                           ": the signature has other weights than the index of builds says; compile "
                                           "the model again");
}

TEST_F(Builds, LimitsHold) {
  options.maxMemoryByteLength = 65536;
  expectRefused(Status::Limit, at("needs_relaxed_simd.wasm").string() +
                                   ": the module's memory of 196608 bytes is over the limit of 65536");
  options.maxModuleByteLength = 10;
  EXPECT_EQ(Model::load(folder.path.string(), options).error().status, Status::Limit);
}
