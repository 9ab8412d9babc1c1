#pragma once
// Pickles made opcode by opcode, well-formed or not.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace missmodal::testing {

template <typename T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <typename T>
std::string raw(const std::vector<T>& values) {
  std::string bytes;
  for (const T value : values) bytes += raw(value);
  return bytes;
}

inline std::string pickle(const std::string& body, int protocol = 4) {
  return std::string("\x80") + static_cast<char>(protocol) + body + ".";
}
inline std::string text(std::string_view s) {
  return "X" + raw(static_cast<std::uint32_t>(s.size())) + std::string(s);
}
inline std::string bytes(std::string_view s) {
  return "B" + raw(static_cast<std::uint32_t>(s.size())) + std::string(s);
}
inline std::string integer(std::int32_t value) {
  return "J" + raw(value);
}
inline std::string real(double value) {
  std::string b = raw(value);
  return "G" + std::string(b.rbegin(), b.rend());
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string all = "(";
  for (const std::string& item : items) all += item;
  return all + "t";
}
inline std::string list(const std::vector<std::string>& items) {
  std::string all = "](";
  for (const std::string& item : items) all += item;
  return all + "e";
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string all = "}(";
  for (const auto& [key, value] : entries) all += text(key) + value;
  return all + "u";
}
inline std::string dtype(const std::string& code, const std::string& order = "<") {
  return global("numpy", "dtype") + tuple({text(code), "\x89", "\x88"}) + "R" +
         tuple({integer(3), text(order), "N", "N", "N", integer(-1), integer(-1), integer(0)}) + "b";
}
inline std::string shape(const std::vector<int>& sizes) {
  std::vector<std::string> items;
  for (const int size : sizes) items.push_back(integer(size));
  return tuple(items);
}
inline std::string array(const std::string& code, const std::vector<int>& sizes, const std::string& data,
                         const std::string& order = "<") {
  return global("numpy.core.multiarray", "_reconstruct") +
         tuple({global("numpy", "ndarray"), tuple({integer(0)}), bytes("b")}) + "R" +
         tuple({integer(1), shape(sizes), dtype(code, order), "\x89", bytes(data)}) + "b";
}

}  // namespace missmodal::testing
