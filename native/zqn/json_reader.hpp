// Strict access to a JSON object: every key must be known, present and of the right type. Errors carry the path.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zynqnet {

/// Parses UTF-8 JSON with a depth limit and without duplicate keys. Throws Error MODEL_HEADER.
[[nodiscard]] nlohmann::json parseStrictJson(std::string_view text);

class JsonObject {
public:
  /// `allowed` lists every key the object may have. Throws Error MODEL_HEADER when `value` is no object or has another.
  JsonObject(const nlohmann::json &value, std::string path, std::initializer_list<std::string_view> allowed);

  [[nodiscard]] bool has(const char *key) const { return value_.contains(key); }
  [[nodiscard]] const nlohmann::json &at(const char *key) const;
  [[nodiscard]] const nlohmann::json &array(const char *key, std::size_t min, std::size_t max) const;
  [[nodiscard]] std::uint32_t integer(const char *key, std::uint32_t min, std::uint32_t max) const;
  [[nodiscard]] bool boolean(const char *key) const;
  [[nodiscard]] float number(const char *key) const;
  [[nodiscard]] std::string text(const char *key, std::size_t maxBytes) const;
  /// The index of the value in `choices`.
  [[nodiscard]] std::size_t choice(const char *key, std::span<const std::string_view> choices) const;
  [[nodiscard]] std::size_t choice(const char *key, std::initializer_list<std::string_view> choices) const {
    return choice(key, std::span(choices.begin(), choices.size()));
  }
  [[nodiscard]] std::vector<std::uint32_t> integers(const char *key, std::size_t count, std::uint32_t min, std::uint32_t max) const;
  [[nodiscard]] std::vector<float> numbers(const char *key, std::size_t count) const;
  [[nodiscard]] std::string pathOf(const char *key) const { return path_ + "." + key; }

private:
  const nlohmann::json &value_;
  std::string path_;
};

/// Refuses texts that are empty, too long or hold control characters; returns the text.
[[nodiscard]] std::string checkedText(const nlohmann::json &value, const std::string &path, std::size_t maxBytes);

} // namespace zynqnet
