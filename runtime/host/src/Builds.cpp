#include "runtime/host/src/Builds.h"
#include "abi/Line.h"
#include "abi/Signature.h"
#include "runtime/host/src/Sha256.h"

namespace wasmind::host {
namespace {

static_assert(abi::indexFileName == WASMIND_INDEX_FILE);

/// The smallest modules that are valid only where the feature exists.
constexpr uint8_t simd128Probe[] = {
    // (func (result v128) (i8x16.splat (i32.const 0)))
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b};
constexpr uint8_t relaxedSimdProbe[] = {
    // (func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))
    0, 0x61, 0x73, 0x6d, 1, 0,  0, 0,    1, 6,    1, 0x60, 1, 0x7b, 1,    0x7b, 3,   2,
    1, 0,    10,   13,   1, 11, 0, 0x20, 0, 0x20, 0, 0x20, 0, 0xfd, 0x85, 0x02, 0x0b};

/// Why modules with the feature do not run here; "" when they do.
std::string lackOf(const std::string &name, const Engine &engine) {
  const std::optional<abi::Feature> feature = abi::parseFeature(name);
  if (!feature || feature == abi::Feature::Threads)
    return name + ", which this host does not run";
  const bool isValid =
      feature == abi::Feature::Simd128 ? engine.validates(simd128Probe) : engine.validates(relaxedSimdProbe);
  return isValid ? "" : name + ", which this engine lacks";
}

std::string lackOf(const abi::Build &build, const Engine &engine) {
  for (const std::string &name : build.features)
    if (std::string lack = lackOf(name, engine); !lack.empty())
      return lack;
  return "";
}

} // namespace

ChosenBuild chooseBuild(const std::string &path, const std::string &indexPath, const Engine &engine) {
  std::error_code error;
  if (path != indexPath && !std::filesystem::exists(indexPath, error))
    throw Failure(WASMIND_IO, "cannot read " + path +
                                  ": it is a folder without " WASMIND_INDEX_FILE
                                  ", the index of a model's builds; name a module in it");
  const File file(indexPath);
  if (file.byteLength() > abi::maxIndexByteLength)
    throw Failure(WASMIND_INVALID_MODULE, indexPath + ": index of builds: " + std::to_string(file.byteLength()) +
                                              " bytes are over " + std::to_string(abi::maxIndexByteLength));
  const Bytes bytes = file.readAll(abi::maxIndexByteLength);
  const std::string_view text(reinterpret_cast<const char *>(bytes.span().data()), bytes.span().size());
  abi::Result<abi::BuildIndex> index = abi::parseBuildIndex(text);
  if (!index)
    throw Failure(index.error().kind == abi::Error::Kind::Unsupported ? WASMIND_UNSUPPORTED : WASMIND_INVALID_MODULE,
                  indexPath + ": " + index.error().text);
  ChosenBuild chosen;
  std::string lacks;
  for (abi::Build &build : index->builds) {
    const std::string lack = lackOf(build, engine);
    if (lack.empty()) {
      chosen.notes.push_back(
          abi::toLine(build.module.name + " is loaded, the build for " + abi::describeFeatures(build)));
      chosen.build = std::move(build);
      return chosen;
    }
    chosen.notes.push_back(abi::toLine(build.module.name + " is passed over: it needs " + lack));
    lacks += (lacks.empty() ? "" : "; ") + build.module.name + " needs " + lack;
  }
  throw Failure(WASMIND_UNSUPPORTED,
                indexPath + ": no build runs here: " + lacks + "; compile the model with simd128 among --variants");
}

Bytes readBuild(const abi::Build &build, const std::string &path, uint64_t maxByteLength) {
  File file(path);
  Bytes bytes = file.readAll(maxByteLength);
  const uint64_t byteLength = bytes.span().size();
  if (byteLength != build.module.byteLength)
    throw Failure(WASMIND_INVALID_MODULE, path + " has " + std::to_string(byteLength) + " bytes where the index says " +
                                              std::to_string(build.module.byteLength) +
                                              ": it was damaged or belongs to another compilation");
  if (Sha256::of(bytes.span()) != build.module.sha256)
    throw Failure(WASMIND_INVALID_MODULE, path +
                                              " has another SHA-256 than the index says: it was damaged or belongs to "
                                              "another compilation");
  return bytes;
}

} // namespace wasmind::host
