// A layer's weights as ranks in its codebook, and the tokens that a coding makes of them.
#pragma once

#include "zqn/contexts.hpp"
#include "zqn/section.hpp"

#include <optional>
#include <span>

namespace zynqnet {

struct IndexedLayer {
  std::vector<std::int64_t> codebook; ///< ascending, without zero; int8 values or orderedFromFloat
  std::vector<std::uint16_t> indices; ///< rank of each weight among the codebook and zero
  std::uint16_t zero = 0;             ///< the rank of zero
  std::size_t rows = 0;               ///< output channels
  std::size_t rowLength = 0;

  [[nodiscard]] std::span<const std::uint16_t> row(std::size_t r) const { return std::span(indices).subspan(r * rowLength, rowLength); }
  [[nodiscard]] std::size_t zeros() const;
};

/// Nothing when there are more values than a codebook holds.
[[nodiscard]] std::optional<IndexedLayer> indexLayer(const std::vector<float> &weights, std::size_t rows);
[[nodiscard]] std::optional<IndexedLayer> indexLayer(const std::vector<std::int8_t> &weights, std::size_t rows);

/// One way of coding a layer.
struct Plan {
  section::Coding coding = section::Coding::dense;
  std::uint32_t patternBits = 0;
  std::uint32_t sets = 1;
  ContextRule rule;
};

/// A position symbol (run or pattern) with extra bits, or a value symbol with its context.
struct Token {
  bool position = false;
  std::uint32_t symbol = 0;
  std::uint32_t extra = 0;
  unsigned extraBits = 0;
  std::uint8_t context = 0;
};

/// Turns rows into tokens.
class Tokenizer {
public:
  /// All three must outlive the tokenizer.
  Tokenizer(const Op &conv, const IndexedLayer &layer, const Plan &plan) : layer_(layer), plan_(plan), contexts_(conv, plan.rule) {}

  [[nodiscard]] std::vector<Token> row(std::size_t r);

private:
  void value(std::size_t i);
  void runs();
  void patterns();

  const IndexedLayer &layer_;
  const Plan &plan_;
  Contexts contexts_;
  std::span<const std::uint16_t> row_;
  std::vector<Token> tokens_;
};

} // namespace zynqnet
