#include "zqn/indexed_layer.hpp"

#include "zqn/arrays.hpp"

#include <algorithm>
#include <bit>

namespace zynqnet {
namespace {

using namespace section;

std::int64_t orderedOf(float value) { return orderedFromFloat(value); } // -0 becomes 0
std::int64_t orderedOf(std::int8_t value) { return value; }

template <typename Value> std::optional<IndexedLayer> index(const std::vector<Value> &weights, std::size_t rows) {
  std::vector<std::int64_t> ordered(weights.size());
  std::transform(weights.begin(), weights.end(), ordered.begin(), [](Value value) { return orderedOf(value); });
  std::vector<std::int64_t> all = ordered;
  all.push_back(0);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() - 1 > maxValues) {
    return std::nullopt;
  }
  IndexedLayer layer;
  layer.rows = rows;
  layer.rowLength = weights.size() / rows;
  const auto rankOf = [&all](std::int64_t value) {
    return static_cast<std::uint16_t>(std::lower_bound(all.begin(), all.end(), value) - all.begin());
  };
  layer.zero = rankOf(0);
  layer.indices.resize(ordered.size());
  std::transform(ordered.begin(), ordered.end(), layer.indices.begin(), rankOf);
  std::erase(all, 0);
  layer.codebook = std::move(all);
  return layer;
}

Token runToken(std::size_t run) {
  Token token;
  token.position = true;
  if (run < directRuns) {
    token.symbol = static_cast<std::uint32_t>(run);
    return token;
  }
  const auto above = static_cast<std::uint32_t>(run - directRuns + 1); // at least 1
  token.extraBits = static_cast<unsigned>(std::bit_width(above)) - 1;
  token.symbol = directRuns + token.extraBits;
  token.extra = above - (1U << token.extraBits);
  return token;
}

Token positionToken(std::uint32_t symbol) {
  Token token;
  token.position = true;
  token.symbol = symbol;
  return token;
}

} // namespace

std::size_t IndexedLayer::zeros() const { return static_cast<std::size_t>(std::count(indices.begin(), indices.end(), zero)); }

std::optional<IndexedLayer> indexLayer(const std::vector<float> &weights, std::size_t rows) { return index(weights, rows); }
std::optional<IndexedLayer> indexLayer(const std::vector<std::int8_t> &weights, std::size_t rows) { return index(weights, rows); }

std::vector<Token> Tokenizer::row(std::size_t r) {
  row_ = layer_.row(r);
  tokens_.clear();
  contexts_.beginRow();
  if (plan_.coding == Coding::dense) {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      value(i);
    }
  } else if (plan_.coding == Coding::runs) {
    runs();
  } else {
    patterns();
  }
  return tokens_;
}

void Tokenizer::value(std::size_t i) {
  Token token;
  token.context = plan_.rule.thresholds.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(contexts_.row().at(i));
  token.symbol = row_[i];
  if (plan_.coding != Coding::dense && row_[i] > layer_.zero) {
    --token.symbol; // zero has no symbol
  }
  contexts_.row().set(i, std::int32_t{row_[i]} - layer_.zero);
  tokens_.push_back(token);
}

void Tokenizer::runs() {
  std::size_t run = 0;
  for (std::size_t i = 0; i < row_.size(); ++i) {
    if (row_[i] == layer_.zero) {
      ++run;
      continue;
    }
    tokens_.push_back(runToken(run));
    value(i);
    run = 0;
  }
  if (run > 0) {
    tokens_.push_back(positionToken(rowEnd));
  }
}

void Tokenizer::patterns() {
  for (std::size_t begin = 0; begin < row_.size(); begin += plan_.patternBits) {
    const std::size_t end = std::min(row_.size(), begin + plan_.patternBits);
    std::uint32_t pattern = 0;
    for (std::size_t i = begin; i < end; ++i) {
      pattern |= row_[i] == layer_.zero ? 0 : 1U << (i - begin);
    }
    tokens_.push_back(positionToken(pattern));
    for (std::size_t i = begin; i < end; ++i) {
      if (row_[i] != layer_.zero) {
        value(i);
      }
    }
  }
}

} // namespace zynqnet
