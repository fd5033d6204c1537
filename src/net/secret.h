#pragma once

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace vams {

// Text that must reach no log, report, journal or error message: it does not format, does not stream, and its memory is
// wiped when it goes. Reveal() is the one way to its bytes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) { Wipe(text); }
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { Wipe(other.text_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    text_.swap(other.text_);
    Wipe(other.text_);
    return *this;
  }
  ~Secret() { Wipe(text_); }

  std::string_view Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  // In constant time for equal lengths.
  bool operator==(const Secret& other) const {
    return text_.size() == other.text_.size() && CRYPTO_memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
  }

  // Wipes any buffer that held a secret on its way here or out.
  static void Wipe(std::string& text) {
    // Short strings live in the object itself and stay behind a move: hence the capacity, not the size.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
  }

 private:
  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace vams

template <>
struct fmt::formatter<vams::Secret> {
  formatter() = delete;
};
