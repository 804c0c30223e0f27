#include "zqn/huffman.hpp"
#include "zqn/text_packer.hpp"

namespace zynqnet {
namespace {

std::uint32_t takeNumber(BitReader &reader, std::uint32_t symbol) {
  if (symbol < 4) {
    return symbol;
  }
  const unsigned extraBits = symbol / 4 - 1;
  return (4 + symbol % 4) << extraBits | reader.take(extraBits);
}

std::string unpack(std::span<const std::uint8_t> packed, std::size_t textBytes) {
  BitReader reader(packed);
  const HuffmanDecoder tokens(reader, text::tokenSymbols);
  const HuffmanDecoder distances(reader, text::distanceSymbols);
  std::string result;
  result.reserve(textBytes);
  std::size_t distance = 0;
  while (result.size() < textBytes) {
    reader.refill();
    const std::uint32_t token = tokens.next(reader);
    if (token < 256) {
      result.push_back(static_cast<char>(token));
      continue;
    }
    const std::size_t length = takeNumber(reader, token - 256) + text::minMatch;
    reader.refill();
    const std::uint32_t symbol = distances.next(reader);
    distance = symbol == text::repeatDistance ? distance : takeNumber(reader, symbol) + 1;
    if (distance == 0 || distance > result.size() || length > textBytes - result.size()) {
      throw Error("MODEL_HEADER", "a repetition points outside the text");
    }
    for (std::size_t i = 0; i < length; ++i) {
      result.push_back(result[result.size() - distance]); // may overlap what it writes
    }
    reader.requireInside();
  }
  if (reader.finish() != packed.size()) {
    throw Error("MODEL_HEADER", "bytes are left over behind the text");
  }
  return result;
}

} // namespace

std::string unpackText(std::span<const std::uint8_t> packed, std::size_t textBytes) {
  try {
    return unpack(packed, textBytes);
  } catch (const Error &error) {
    throw Error("MODEL_HEADER", std::string("the packed header is damaged: ") + error.what());
  }
}

} // namespace zynqnet
