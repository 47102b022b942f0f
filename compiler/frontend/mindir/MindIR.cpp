//===- MindIR.cpp - MindIR as the rest of the compiler sees it ----------------------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/GraphKernel.h"
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
namespace wasmind::mindir {

static Expected<frontend::Imported> import(mlir::MLIRContext &context, ModelFiles &files,
                                           const frontend::ImportOptions &options) {
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  auto failure = [&](Error error) {
    return createStringError(printable(files.name()) + ": " + printable(toString(std::move(error))));
  };
  auto strings = std::make_shared<BumpPtrAllocator>();
  StringSaver saver(*strings);
  auto model = isGraphKernel(files.name()) ? parseGraphKernel(files.bytes(), saver) : parseModel(files.bytes());
  if (!model)
    return failure(model.takeError());
  if (options.overridableDefaults)
    return failure(
        createStringError("--input-defaults=overridable is an option of ONNX models; inputs of MindIR models "
                          "have no default values"));
  if (!options.sequences.empty())
    return failure(createStringError("--sequence is an option of ONNX models; inputs of MindIR models are tensors"));
  if (model->hasParallelLayouts)
    return failure(
        createStringError("holds one device's slice of a distributed model; merge its weights and export again"));

  // MindIR does not say which open extents are equal. If the graph does not fit with all of them different, those on
  // the same axis of several inputs - batch, sequence length - are taken to be one.
  Importer first(context, files, *model, options, /*sameAxis=*/false);
  auto module = first.run();
  auto notes = std::move(first.notes);
  auto keepAlive = std::move(first.keepAlive);
  auto *measured = &first.measured;
  std::optional<Importer> second;
  if (!module && first.hasOpenExtents) {
    second.emplace(context, files, *model, options, /*sameAxis=*/true);
    auto again = second->run();
    if (again) {
      consumeError(module.takeError());
      module = std::move(again);
      notes = std::move(second->notes);
      keepAlive = std::move(second->keepAlive);
      measured = &second->measured;
    } else {
      consumeError(again.takeError());
    }
  }
  if (!module)
    return failure(module.takeError());
  frontend::Imported imported;
  imported.module = std::move(*module);
  frontend::lowerBoundsToRequired(*imported.module, options);
  imported.keepAlive = files.keepAlive();
  imported.keepAlive.push_back(strings);
  append_range(imported.keepAlive, keepAlive);
  imported.dataFiles = files.dataFiles(*model);
  imported.notes = std::move(notes);
  append_range(imported.notes, measured->notes);
  imported.hasDefaultBounds = measured->hasDefaultBounds;
  return imported;
}

Expected<frontend::Imported> importMindIR(mlir::MLIRContext &context, StringRef path,
                                          const frontend::ImportOptions &options) {
  auto files = ModelFiles::open(path);
  if (!files)
    return createStringError(printable(path) + ": " + toString(files.takeError()));
  return import(context, *files, options);
}

Expected<frontend::Imported> importMindIRBytes(mlir::MLIRContext &context, StringRef bytes, StringRef name,
                                               StringRef folder, const frontend::ImportOptions &options) {
  ModelFiles files = ModelFiles::copy(bytes, name, folder);
  return import(context, files, options);
}

ArrayRef<StringLiteral> supportedPrimitives() { return operatorNames(); }

} // namespace wasmind::mindir
