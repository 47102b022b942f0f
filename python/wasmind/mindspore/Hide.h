//===- Hide.h - some libraries of MindSpore are not told of the plug-in -------------------------------------------===//
#pragma once

namespace wasmind::mindspore {

/// From now on kernels get dense tensors, and methods of Tensor are what they are without a plug-in.
/// False: this MindSpore does not ask where it is expected to.
bool hidePlugin();

} // namespace wasmind::mindspore
