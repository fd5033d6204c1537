#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/credentials/endpoints.h"
#include "net/credentials/profile_files.h"
#include "net/credentials/settings.h"
#include "net/credentials/shell_words.h"

// Both profile files, cut at a NUL byte, through to settings and endpoints: whatever they hold, they are read or
// refused with one line that begins with a file and shows no control character.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  const std::string_view config = text.substr(0, cut);
  const std::string_view credentials = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);
  vams::SplitShellWords(text);
  const auto one_line = [](const vams::Error& error) {
    for (const char c : error.message) {
      if (static_cast<unsigned char>(c) < 0x20) __builtin_trap();
    }
  };
  const auto files = vams::ParseProfileFiles(config, "config", credentials, "credentials");
  if (!files) {
    one_line(files.error());
    if (!files.error().message.starts_with("c")) __builtin_trap();
    return 0;
  }
  for (const std::string& name : files->ProfileNames()) {
    const auto settings = vams::ResolveSettings({{"AWS_PROFILE", name}}, *files, {});
    if (!settings) {
      // An empty name cannot be asked for, so "default" was.
      one_line(settings.error());
      continue;
    }
    const auto endpoint = vams::EndpointFor(*settings, vams::Service::kS3, settings->region.value_or("us-east-1"));
    if (!endpoint) one_line(endpoint.error());
  }
  return 0;
}
