//===- Steps.cpp --------------------------------------------------------------------------------------------------===//
#include "abi/Steps.h"
#include "abi/FieldReader.h"

namespace wasmind::abi {
namespace {

std::vector<std::string> readTexts(FieldReader &reader, const Json &object, const std::string &where, const char *key) {
  std::vector<std::string> texts;
  for (const Json &entry : reader.array(object, where, key))
    texts.push_back(reader.text(entry, FieldReader::at(FieldReader::join(where, key), texts.size())));
  return texts;
}

Step readStep(FieldReader &reader, const Json &json, const std::string &where) {
  Step step;
  step.kernel = reader.text(json, where, "kernel");
  step.kind = reader.text(json, where, "kind");
  step.strategy = reader.text(json, where, "strategy");
  step.tile = reader.text(json, where, "tile");
  step.shape = reader.text(json, where, "shape");
  step.nodes = readTexts(reader, json, where, "nodes");
  step.dims = readTexts(reader, json, where, "dims");
  step.flops = reader.number(json, where, "flops", 0, true, maxSignatureInteger);
  step.bytes = reader.number(json, where, "bytes", 0, true, maxSignatureInteger);
  return step;
}

} // namespace

Result<StepList> parseSteps(std::string_view text) {
  const std::string section = "section '" + std::string(stepsSectionName) + "': ";
  Json root = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded())
    return Error{Error::Kind::Invalid, section + "not valid JSON"};
  FieldReader reader;
  StepList list;
  for (const Json &entry : reader.array(root, "", "steps")) {
    list.steps.push_back(readStep(reader, entry, FieldReader::at("steps", list.steps.size())));
    if (reader.failure)
      break;
  }
  list.arenaBytes = reader.number(root, "", "arenaBytes");
  list.leastArenaBytes = reader.number(root, "", "leastArenaBytes");
  if (reader.failure)
    return Error{reader.failure->kind, section + reader.failure->text};
  return list;
}

std::string writeSteps(const StepList &list) {
  OrderedJson steps = OrderedJson::array();
  for (const Step &step : list.steps)
    steps.push_back(OrderedJson{{"kernel", step.kernel},
                                {"kind", step.kind},
                                {"strategy", step.strategy},
                                {"tile", step.tile},
                                {"shape", step.shape},
                                {"nodes", step.nodes},
                                {"dims", step.dims},
                                {"flops", step.flops},
                                {"bytes", step.bytes}});
  const OrderedJson root{
      {"steps", std::move(steps)}, {"arenaBytes", list.arenaBytes}, {"leastArenaBytes", list.leastArenaBytes}};
  return root.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

} // namespace wasmind::abi
