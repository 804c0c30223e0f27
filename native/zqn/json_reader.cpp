#include "zqn/json_reader.hpp"

#include "core/error.hpp"
#include "core/limits.hpp"

#include <cmath>
#include <set>
#include <utility>

namespace zynqnet {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string &path, const std::string &what) { throw Error("MODEL_HEADER", path + ": " + what); }

std::uint32_t checkedInteger(const json &value, const std::string &path, std::uint32_t min, std::uint32_t max) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < min || value.get<std::uint64_t>() > max) {
    refuse(path, "expected an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return static_cast<std::uint32_t>(value.get<std::uint64_t>());
}

float checkedNumber(const json &value, const std::string &path) {
  if (!value.is_number()) {
    refuse(path, "expected a number");
  }
  const double number = value.get<double>();
  if (!(std::abs(number) <= 3.4e38)) {
    refuse(path, "expected a number that a 32-bit float can hold");
  }
  return static_cast<float>(number);
}

} // namespace

json parseStrictJson(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&keys](int depth, json::parse_event_t event, json &value) {
    if (depth > limits::headerDepth) {
      throw Error("MODEL_HEADER", "the header is nested deeper than " + std::to_string(limits::headerDepth) + " levels");
    }
    if (event == json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error("MODEL_HEADER", "the header has the key '" + value.get<std::string>() + "' twice in one object");
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception &error) {
    throw Error("MODEL_HEADER", std::string("the header is not valid JSON: ") + error.what());
  }
}

JsonObject::JsonObject(const json &value, std::string path, std::initializer_list<std::string_view> allowed)
    : value_(value), path_(std::move(path)) {
  if (!value.is_object()) {
    refuse(path_, "expected an object");
  }
  for (const auto &item : value.items()) {
    bool known = false;
    for (const std::string_view key : allowed) {
      known = known || item.key() == key;
    }
    if (!known) {
      refuse(path_, "unknown key '" + item.key().substr(0, limits::nameBytes) + "'");
    }
  }
}

const json &JsonObject::at(const char *key) const {
  const auto found = value_.find(key);
  if (found == value_.end()) {
    refuse(path_, std::string("the key '") + key + "' is missing");
  }
  return *found;
}

const json &JsonObject::array(const char *key, std::size_t min, std::size_t max) const {
  const json &value = at(key);
  if (!value.is_array() || value.size() < min || value.size() > max) {
    refuse(pathOf(key), "expected an array of " + std::to_string(min) + " to " + std::to_string(max) + " entries");
  }
  return value;
}

std::uint32_t JsonObject::integer(const char *key, std::uint32_t min, std::uint32_t max) const {
  return checkedInteger(at(key), pathOf(key), min, max);
}

bool JsonObject::boolean(const char *key) const {
  const json &value = at(key);
  if (!value.is_boolean()) {
    refuse(pathOf(key), "expected true or false");
  }
  return value.get<bool>();
}

float JsonObject::number(const char *key) const { return checkedNumber(at(key), pathOf(key)); }

std::string JsonObject::text(const char *key, std::size_t maxBytes) const { return checkedText(at(key), pathOf(key), maxBytes); }

std::size_t JsonObject::choice(const char *key, std::span<const std::string_view> choices) const {
  const json &value = at(key);
  std::string allowed;
  std::size_t index = 0;
  for (const std::string_view candidate : choices) {
    if (value.is_string() && value.get_ref<const std::string &>() == candidate) {
      return index;
    }
    allowed += (index++ == 0 ? "'" : ", '") + std::string(candidate) + "'";
  }
  refuse(pathOf(key), "expected one of " + allowed);
}

std::vector<std::uint32_t> JsonObject::integers(const char *key, std::size_t count, std::uint32_t min, std::uint32_t max) const {
  std::vector<std::uint32_t> result;
  for (const json &value : array(key, count, count)) {
    result.push_back(checkedInteger(value, pathOf(key), min, max));
  }
  return result;
}

std::vector<float> JsonObject::numbers(const char *key, std::size_t count) const {
  std::vector<float> result;
  for (const json &value : array(key, count, count)) {
    result.push_back(checkedNumber(value, pathOf(key)));
  }
  return result;
}

std::string checkedText(const json &value, const std::string &path, std::size_t maxBytes) {
  if (!value.is_string()) {
    refuse(path, "expected a text");
  }
  std::string text = value.get<std::string>();
  if (text.empty() || text.size() > maxBytes) {
    refuse(path, "expected 1 to " + std::to_string(maxBytes) + " bytes of text");
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      refuse(path, "control characters are not allowed");
    }
  }
  return text;
}

} // namespace zynqnet
