// Error replies of every service, whatever bytes they hold: reading them ends, in one printable line each.
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "net/service_error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using vams::Service;
  if (size < 3) return 0;
  constexpr Service kServices[] = {Service::kDynamoDb, Service::kS3,  Service::kSns,        Service::kSqs,
                                   Service::kSts,      Service::kSso, Service::kOpenSearch, Service::kMetadata};
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t header = std::min<std::size_t>(data[2], text.size());
  vams::HttpReply reply{.status = 200 + data[1] * 2, .body = std::string(text.substr(header))};
  reply.headers.Add("x-amzn-errortype", std::string(text.substr(0, header)));
  const vams::Call call{.service = kServices[data[0] % std::size(kServices)], .operation = "Operation"};
  const vams::Error error = vams::FromService(reply, call);
  for (const std::string& line : {error.message, error.hint, error.request_id}) {
    if (vams::Printable(line) != line || line.size() > 8192) std::abort();
  }
  return 0;
}
