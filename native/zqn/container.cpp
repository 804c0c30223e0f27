// The container: magic, version, lengths, header, sections, digest.
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/op_kinds.hpp"
#include "core/validate.hpp"
#include "zqn/arrays.hpp"
#include "zqn/codec.hpp"
#include "zqn/section.hpp"
#include "zqn/text_packer.hpp"

#include <algorithm>
#include <array>

namespace zynqnet {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 4> magic{'Z', 'Q', 'N', '1'};
constexpr std::uint32_t formatVersion = 1;
constexpr std::size_t prefixBytes = 20;
constexpr std::size_t digestBytes = 32;

std::uint32_t wordAt(Bytes file, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    word |= std::uint32_t{file[offset + i]} << (8 * i);
  }
  return word;
}

void appendWord(std::vector<std::uint8_t> &bytes, std::size_t word) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
}

struct Parts {
  Bytes header;
  std::size_t textBytes = 0; ///< of the header once unpacked
  Bytes payload;
};

Parts split(Bytes file, Bytes sha256) {
  if (file.size() < magic.size() || !std::equal(magic.begin(), magic.end(), file.begin())) {
    throw Error("MODEL_MAGIC", "this is not a .zqn file: it does not begin with 'ZQN1'");
  }
  if (file.size() > limits::fileBytes) {
    throw Error("MODEL_TRUNCATED", "the file is larger than " + std::to_string(limits::fileBytes) + " bytes");
  }
  if (file.size() < prefixBytes + digestBytes) {
    throw Error("MODEL_TRUNCATED", "the file ends inside its first " + std::to_string(prefixBytes + digestBytes) + " bytes");
  }
  if (const std::uint32_t version = wordAt(file, 4); version != formatVersion) {
    throw Error("MODEL_VERSION", "the file has format version " + std::to_string(version) + "; this program reads version 1");
  }
  const std::size_t text = wordAt(file, 8);
  const std::size_t header = wordAt(file, 12);
  const std::size_t payload = wordAt(file, 16);
  if (std::uint64_t{header} + payload != file.size() - prefixBytes - digestBytes) {
    throw Error("MODEL_TRUNCATED", "header and payload lengths do not add up to the file's " + std::to_string(file.size()) + " bytes");
  }
  if (sha256.size() != digestBytes || !std::equal(sha256.begin(), sha256.end(), file.end() - digestBytes)) {
    throw Error("MODEL_DIGEST", "the SHA-256 does not match: the file is damaged, copy it again");
  }
  if (text > limits::headerBytes || header > text) {
    throw Error("MODEL_HEADER", "the header is longer than " + std::to_string(limits::headerBytes) + " bytes, or than its own text");
  }
  return {file.subspan(prefixBytes, header), text, file.subspan(prefixBytes + header, payload)};
}

/// The header as it is when its two lengths are equal, else packed.
std::string headerText(const Parts &parts) {
  if (parts.header.size() == parts.textBytes) {
    return {parts.header.begin(), parts.header.end()};
  }
  return unpackText(parts.header, parts.textBytes);
}

std::size_t decodeLogitScales(Bytes payload, Model &model) {
  BitReader reader(payload);
  model.logitScale = takeFloats(reader, model.classes);
  model.logitOffset = takeFloats(reader, model.classes);
  return reader.finish();
}

} // namespace

ParsedModel parseModel(Bytes file, Bytes sha256) {
  const Parts parts = split(file, sha256);
  ParsedModel parsed;
  parsed.model = parseHeader(headerText(parts));
  Model &model = parsed.model;
  Bytes payload = parts.payload;
  payload = payload.subspan(decodeLogitScales(payload, model));
  for (const Op &op : model.ops) {
    if (!hasWeights(op.kind)) {
      continue;
    }
    SectionInfo info;
    BitReader reader(payload);
    try {
      model.weights.push_back(decodeSection(reader, model, op, info));
      info.storedBytes = static_cast<std::uint32_t>(reader.finish());
    } catch (const Error &error) {
      throw Error(error.code(), "convolution '" + op.name + "': " + error.what());
    }
    payload = payload.subspan(info.storedBytes);
    parsed.sections.push_back(std::move(info));
  }
  if (!payload.empty()) {
    throw Error("MODEL_SECTION", std::to_string(payload.size()) + " bytes are left over behind the last weight section");
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
  BitWriter scales;
  putFloats(scales, model.logitScale);
  putFloats(scales, model.logitOffset);
  std::vector<std::uint8_t> payload = scales.finish();
  for (const Op &op : model.ops) {
    if (hasWeights(op.kind)) {
      const std::vector<std::uint8_t> section = encodeSection(model, op);
      payload.insert(payload.end(), section.begin(), section.end());
    }
  }
  std::vector<std::uint8_t> header = packText(model.headerJson);
  if (header.size() >= model.headerJson.size()) {
    header.assign(model.headerJson.begin(), model.headerJson.end());
  }
  if (prefixBytes + header.size() + payload.size() + digestBytes > limits::fileBytes) {
    throw Error("MODEL_SECTION", "the file would be larger than " + std::to_string(limits::fileBytes) + " bytes");
  }
  std::vector<std::uint8_t> bytes(magic.begin(), magic.end());
  appendWord(bytes, formatVersion);
  appendWord(bytes, model.headerJson.size());
  appendWord(bytes, header.size());
  appendWord(bytes, payload.size());
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

} // namespace zynqnet
