// The container: magic, version, lengths, header, sections, digest.
#include "core/codec/codec.hpp"
#include "core/codec/section.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/validate.hpp"

#include <algorithm>
#include <array>

namespace zynqnet {
namespace {

constexpr std::array<std::uint8_t, 4> magic{'Z', 'Q', 'N', '1'};
constexpr std::uint32_t formatVersion = 1;
constexpr std::size_t prefixBytes = 16;
constexpr std::size_t digestBytes = 32;

} // namespace

ParsedModel parseModel(std::span<const std::uint8_t> file, std::span<const std::uint8_t> sha256) {
  if (file.size() < magic.size() || !std::equal(magic.begin(), magic.end(), file.begin())) {
    throw Error("MODEL_MAGIC", "this is not a .zqn file: it does not begin with 'ZQN1'");
  }
  if (file.size() > limits::fileBytes) {
    throw Error("MODEL_TRUNCATED", "the file is larger than " + std::to_string(limits::fileBytes) + " bytes");
  }
  if (file.size() < prefixBytes + digestBytes) {
    throw Error("MODEL_TRUNCATED", "the file ends inside its first 48 bytes");
  }
  ByteReader prefix(file.subspan(magic.size(), prefixBytes - magic.size()));
  const std::uint32_t version = prefix.word();
  if (version != formatVersion) {
    throw Error("MODEL_VERSION", "the file has format version " + std::to_string(version) + "; this program reads version 1");
  }
  const std::uint64_t header = prefix.word();
  const std::uint64_t payload = prefix.word();
  if (header + payload != file.size() - prefixBytes - digestBytes) {
    throw Error("MODEL_TRUNCATED", "header and payload lengths do not add up to the file's " + std::to_string(file.size()) + " bytes");
  }
  if (sha256.size() != digestBytes || !std::equal(sha256.begin(), sha256.end(), file.end() - digestBytes)) {
    throw Error("MODEL_DIGEST", "the SHA-256 does not match: the file is damaged, copy it again");
  }
  ParsedModel parsed;
  const std::span<const std::uint8_t> text = file.subspan(prefixBytes, header);
  parsed.model = parseHeader({reinterpret_cast<const char *>(text.data()), text.size()});
  Model &model = parsed.model;
  ByteReader reader(file.subspan(prefixBytes + header, payload));
  decodeLogitScales(reader, model);
  for (const Op &op : model.ops) {
    if (op.kind == OpKind::conv) {
      model.weights.push_back(decodeSection(reader, model, op, parsed.sections.emplace_back()));
    }
  }
  if (reader.left() != 0) {
    throw Error("MODEL_SECTION", std::to_string(reader.left()) + " bytes are left over behind the last weight section");
  }
  validateWeights(model);
  return parsed;
}

std::vector<std::uint8_t> encodeModel(Model source) {
  Model model = parseHeader(source.headerJson);
  model.weights = std::move(source.weights);
  model.logitScale = std::move(source.logitScale);
  model.logitOffset = std::move(source.logitOffset);
  validateWeights(model);
  std::vector<std::uint8_t> payload;
  encodeLogitScales(payload, model);
  for (const Op &op : model.ops) {
    if (op.kind == OpKind::conv) {
      encodeSection(payload, model, op);
    }
  }
  if (prefixBytes + model.headerJson.size() + payload.size() + digestBytes > limits::fileBytes) {
    throw Error("MODEL_SECTION", "the file would be larger than " + std::to_string(limits::fileBytes) + " bytes");
  }
  std::vector<std::uint8_t> bytes(magic.begin(), magic.end());
  appendWord(bytes, formatVersion);
  appendWord(bytes, static_cast<std::uint32_t>(model.headerJson.size()));
  appendWord(bytes, static_cast<std::uint32_t>(payload.size()));
  bytes.insert(bytes.end(), model.headerJson.begin(), model.headerJson.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

} // namespace zynqnet
