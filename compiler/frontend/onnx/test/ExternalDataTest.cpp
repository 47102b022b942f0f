// Weights in files beside the model: nothing outside the model's folder is ever read.
#include "compiler/frontend/onnx/test/Import.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fstream>
#include <unistd.h>

namespace wasmind::onnx {
namespace {

class ExternalData : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("wasmind-onnx", root));
    llvm::sys::fs::create_directory(root + "/model");
    write("model/weights.bin", std::string(64, '\1'));
    write("secret.bin", std::string(64, '\2'));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  void write(const std::string &name, const std::string &bytes) {
    std::ofstream(root.str().str() + "/" + name, std::ios::binary) << bytes;
  }

  /// Imports y = w + w with w f32[4] at this place; the error, or "".
  std::string import(const std::string &location, const std::string &offset = "", const std::string &length = "") {
    write("model/m.onnx", modelWith(location, offset, length));
    return importFile("model/m.onnx");
  }

  std::string importFile(const std::string &name) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto imported = importOnnx(context, (root + "/" + name).str());
    return imported ? "" : llvm::toString(imported.takeError());
  }

  std::string modelWith(const std::string &location, const std::string &offset = "", const std::string &length = "") {
    ::onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
    auto *graph = model.mutable_graph();
    auto *weights = graph->add_initializer();
    weights->set_name("w");
    weights->add_dims(4);
    weights->set_data_type(::onnx::TensorProto::FLOAT);
    weights->set_data_location(::onnx::TensorProto::EXTERNAL);
    for (auto [key, value] :
         {std::pair("location", location), std::pair("offset", offset), std::pair("length", length)})
      if (!value.empty()) {
        auto *entry = weights->add_external_data();
        entry->set_key(key);
        entry->set_value(value);
      }
    auto *node = graph->add_node();
    node->set_op_type("Add");
    node->add_input("w");
    node->add_input("w");
    node->add_output("y");
    graph->add_output()->set_name("y");
    return model.SerializeAsString();
  }

  void link(const std::string &target, const std::string &name) {
    ASSERT_EQ(symlink(target.c_str(), (root + "/" + name).str().c_str()), 0);
  }

  llvm::SmallString<128> root;
};

const std::string prefix = "m.onnx: node 'y' (Add, opset 17): initializer 'w': external data";

TEST_F(ExternalData, IsMapped) {
  EXPECT_EQ(import("weights.bin"), "");
  EXPECT_EQ(import("weights.bin", "48", "16"), "");
}

TEST_F(ExternalData, MustLieInTheFile) {
  EXPECT_EQ(import("weights.bin", "49"), prefix + " 'weights.bin': bytes 49 to 65 lie beyond its end (64)");
  EXPECT_EQ(import("weights.bin", "18446744073709551615"),
            prefix + " 'weights.bin': bytes 18446744073709551615 to 15 lie beyond its end (64)");
  EXPECT_EQ(import("weights.bin", "-1"), prefix + ": offset '-1' is not a number");
  EXPECT_EQ(import("weights.bin", "", "15"), prefix + ": length is 15 bytes, the shape needs 16");
}

TEST_F(ExternalData, MustLieInTheFolder) {
  ASSERT_EQ(symlink((root + "/secret.bin").str().c_str(), (root + "/model/link.bin").str().c_str()), 0);
  for (const std::string &location :
       {std::string("../secret.bin"), (root + "/secret.bin").str(), std::string("link.bin")})
    EXPECT_EQ(import(location), prefix + " '" + location + "' lies outside the model's folder");
  EXPECT_EQ(import("missing.bin"), prefix + " 'missing.bin': No such file or directory");
}

// A cache of repositories: blobs/<hash> hold the bytes, snapshots/<revision>/ the names, which are links to them.
TEST_F(ExternalData, MayLieWhereTheModelIsLinkedTo) {
  for (const char *folder : {"repository", "repository/blobs", "repository/snapshots", "repository/snapshots/1"})
    llvm::sys::fs::create_directory(root + "/" + folder);
  const std::string snapshot = "repository/snapshots/1/", blobs = "../../blobs/";
  write("repository/blobs/model", modelWith("model.onnx_data"));
  write("repository/blobs/data", std::string(64, '\1'));
  link(blobs + "model", snapshot + "model.onnx");
  EXPECT_EQ(importFile(snapshot + "model.onnx"),
            "model.onnx: node 'y' (Add, opset 17): initializer 'w': external data 'model.onnx_data': No such file or "
            "directory");
  link(blobs + "data", snapshot + "model.onnx_data");
  EXPECT_EQ(importFile(snapshot + "model.onnx"), "");
  // The blobs alone: neither what they link to nor what lies above them.
  link("../../../secret.bin", snapshot + "secret");
  link("../../secret.bin", "repository/blobs/outside");
  for (const std::string location : {"secret", "outside", "../../../secret.bin", "../../blobs/data"}) {
    write("repository/blobs/other", modelWith(location));
    llvm::sys::fs::remove(root + "/" + snapshot + "other.onnx");
    link(blobs + "other", snapshot + "other.onnx");
    EXPECT_EQ(importFile(snapshot + "other.onnx"),
              "other.onnx: node 'y' (Add, opset 17): initializer 'w': external data '" + location +
                  "' lies outside the model's folder");
  }
}

// A link to a model in its folder, as one makes by hand: the data need no link of their own.
TEST_F(ExternalData, NeedsNoLinkBesideALinkedModel) {
  write("model/m.onnx", modelWith("weights.bin"));
  link("model/m.onnx", "linked.onnx");
  EXPECT_EQ(importFile("linked.onnx"), "");
}

} // namespace
} // namespace wasmind::onnx
