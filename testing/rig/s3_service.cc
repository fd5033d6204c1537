#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "testing/rig/service.h"

namespace vams::rig {
namespace {

constexpr std::string_view kXml = "application/xml";
constexpr std::uint64_t kMostKeys = 1000;

struct CalendarTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
  unsigned weekday;  // 0: Sunday
};

CalendarTime CalendarOf(std::uint64_t seconds) {
  const std::chrono::sys_seconds at{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<std::chrono::seconds>(at - day),
          std::chrono::weekday(day).c_encoding()};
}

void AppendPadded(std::uint64_t n, std::size_t digits, std::string& out) {
  char text[20];
  for (std::size_t i = digits; i-- > 0; n /= 10) text[i] = static_cast<char>('0' + n % 10);
  out.append(text, digits);
}

void AppendClock(const CalendarTime& at, std::string& out) {
  AppendPadded(static_cast<std::uint64_t>(at.time.hours().count()), 2, out);
  out += ':';
  AppendPadded(static_cast<std::uint64_t>(at.time.minutes().count()), 2, out);
  out += ':';
  AppendPadded(static_cast<std::uint64_t>(at.time.seconds().count()), 2, out);
}

void AppendIso(std::uint64_t seconds, std::string& out) {
  const CalendarTime at = CalendarOf(seconds);
  AppendPadded(static_cast<std::uint64_t>(static_cast<int>(at.date.year())), 4, out);
  out += '-';
  AppendPadded(static_cast<unsigned>(at.date.month()), 2, out);
  out += '-';
  AppendPadded(static_cast<unsigned>(at.date.day()), 2, out);
  out += 'T';
  AppendClock(at, out);
  out += ".000Z";
}

// Sun, 06 Nov 1994 08:49:37 GMT
void AppendHttpDate(std::uint64_t seconds, std::string& out) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const CalendarTime at = CalendarOf(seconds);
  out += kDays.substr(std::size_t{at.weekday} * 3, 3);
  out += ", ";
  AppendPadded(static_cast<unsigned>(at.date.day()), 2, out);
  out += ' ';
  out += kMonths.substr((std::size_t{static_cast<unsigned>(at.date.month())} - 1) * 3, 3);
  out += ' ';
  AppendPadded(static_cast<std::uint64_t>(static_cast<int>(at.date.year())), 4, out);
  out += ' ';
  AppendClock(at, out);
  out += " GMT";
}

void RefuseXml(Reply& reply, int status, std::string_view code, std::string_view message) {
  reply.Refuse(status, kXml,
               fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>"
                           "<RequestId>rig</RequestId></Error>",
                           code, message));
}

struct BucketPath {
  std::string_view bucket;
  std::string_view key;  // encoded
};
BucketPath Split(std::string_view path) {
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// One ListObjectsV2: from where, of what, how many.
class Listing {
 public:
  Listing(const Deployment& deployment, std::uint64_t bucket, const Request& request)
      : deployment_(deployment), bucket_(bucket), encoded_(RawParameter(request.query, "encoding-type") == "url") {
    prefix_ = Parameter(request.query, "prefix").value_or("");
    delimiter_ = Parameter(request.query, "delimiter").value_or("");
    start_after_ = Parameter(request.query, "start-after").value_or("");
    token_ = Parameter(request.query, "continuation-token");
    if (const auto most = Parameter(request.query, "max-keys")) {
      std::uint64_t n = 0;
      const auto [end, error] = std::from_chars(most->data(), most->data() + most->size(), n);
      valid_ = error == std::errc() && end == most->data() + most->size();
      most_ = std::min(n, kMostKeys);
    }
  }

  // False: the request is not one that S3 takes.
  bool Start() {
    rank_ = deployment_.LowerBound(bucket_, prefix_);
    if (token_) {
      std::uint64_t from = 0;
      const std::string_view digits = std::string_view(*token_).substr(std::min<std::size_t>(4, token_->size()));
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), from);
      if (!token_->starts_with("rig-") || error != std::errc() || end != digits.data() + digits.size()) return false;
      rank_ = std::max(rank_, from);
    } else if (!start_after_.empty()) {
      std::uint64_t after = deployment_.LowerBound(bucket_, start_after_);
      if (deployment_.FindKey(bucket_, start_after_) == FilePlace{bucket_, after}) ++after;
      rank_ = std::max(rank_, after);
    }
    return valid_;
  }

  void Append(std::string& body) {
    body +=
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>";
    body += deployment_.BucketName(bucket_);
    body += "</Name><Prefix>";
    AppendText(prefix_, body);
    body += "</Prefix>";
    if (!delimiter_.empty()) AppendElement("Delimiter", delimiter_, body);
    if (!token_ && !start_after_.empty()) AppendElement("StartAfter", start_after_, body);
    if (encoded_) body += "<EncodingType>url</EncodingType>";
    std::uint64_t count = 0;
    const std::uint64_t end = deployment_.FilesOfBucket(bucket_);
    bool more = false;
    for (; rank_ < end; ++count) {
      key_.clear();
      deployment_.AppendKey({bucket_, rank_}, key_);
      if (!key_.starts_with(prefix_)) break;
      if (count == most_) {
        more = most_ > 0;
        break;
      }
      const std::size_t cut = delimiter_.empty() ? std::string::npos : key_.find(delimiter_, prefix_.size());
      if (cut != std::string::npos) {
        AppendCommon(std::string_view(key_).substr(0, cut + delimiter_.size()), body);
      } else {
        AppendContents(body);
        ++rank_;
      }
    }
    body += "<MaxKeys>";
    AppendNumber(most_, body);
    body += "</MaxKeys><KeyCount>";
    AppendNumber(count, body);
    body += "</KeyCount><IsTruncated>";
    body += more ? "true" : "false";
    body += "</IsTruncated>";
    if (more) {
      body += "<NextContinuationToken>rig-";
      AppendNumber(rank_, body);
      body += "</NextContinuationToken>";
    }
    body += "</ListBucketResult>";
  }

 private:
  void AppendText(std::string_view text, std::string& body) const {
    if (encoded_) {
      AppendUrlEncoded(text, body);
    } else {
      AppendXmlEscaped(text, body);
    }
  }

  void AppendElement(std::string_view name, std::string_view text, std::string& body) const {
    body += fmt::format("<{}>", name);
    AppendText(text, body);
    body += fmt::format("</{}>", name);
  }

  void AppendContents(std::string& body) const {
    const FileFacts facts = deployment_.FactsOf(deployment_.FileNumber({bucket_, rank_}));
    body += "<Contents><Key>";
    AppendText(key_, body);
    body += "</Key><LastModified>";
    AppendIso(facts.seconds, body);
    body += "</LastModified><ETag>&quot;";
    body += facts.etag;
    body += "&quot;</ETag><Size>";
    AppendNumber(facts.size, body);
    body += "</Size><StorageClass>STANDARD</StorageClass></Contents>";
  }

  // Goes on behind all keys that begin with `common`.
  void AppendCommon(std::string_view common, std::string& body) {
    body += "<CommonPrefixes><Prefix>";
    AppendText(common, body);
    body += "</Prefix></CommonPrefixes>";
    std::string behind(common);
    // Keys are UTF-8, so the last byte of a delimiter is never the largest one.
    behind.back() = static_cast<char>(static_cast<unsigned char>(behind.back()) + 1);
    rank_ = deployment_.LowerBound(bucket_, behind);
  }

  const Deployment& deployment_;
  const std::uint64_t bucket_;
  const bool encoded_;
  std::string prefix_;
  std::string delimiter_;
  std::string start_after_;
  std::optional<std::string> token_;
  std::uint64_t most_ = kMostKeys;
  bool valid_ = true;
  std::uint64_t rank_ = 0;
  std::string key_;
};

void HeadObject(const Serving& serving, std::uint64_t bucket, std::string_view encoded_key, Reply& reply) {
  const Deployment& deployment = serving.world.deployment();
  std::string& key = serving.scratch;
  key.clear();
  AppendDecoded(encoded_key, /*plus_is_space=*/false, key);
  const auto place = deployment.FindKey(bucket, key);
  if (!place) {
    reply.status = 404;
    reply.type = kXml;
    return;
  }
  const FileFacts facts = deployment.FactsOf(deployment.FileNumber(*place));
  const std::uint64_t asset = deployment.AssetOfFile(*place);
  std::string& headers = reply.headers;
  headers += "Last-Modified: ";
  AppendHttpDate(facts.seconds, headers);
  headers += "\r\nETag: \"";
  headers += facts.etag;
  headers += "\"\r\nx-amz-meta-databaseid: ";
  deployment.AppendDatabaseId(asset, headers);
  headers += "\r\nx-amz-meta-assetid: ";
  deployment.AppendAssetId(asset, headers);
  if (deployment.Versioned(bucket)) {
    headers += "\r\nx-amz-version-id: v";
    headers += std::string_view(facts.etag, 31);
  }
  headers += "\r\nContent-Length: ";
  AppendNumber(facts.size, headers);
  headers += "\r\n";
  reply.type = "binary/octet-stream";
}

void Notification(std::uint64_t bucket, Reply& reply) {
  reply.type = kXml;
  reply.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<NotificationConfiguration "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TopicConfiguration><Id>created</Id>"
      "<Topic>{}</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration></NotificationConfiguration>",
      TopicArn(bucket));
}

}  // namespace

void ServeS3(const Serving& serving, Operation operation, const Request& request, Reply& reply) {
  const BucketPath path = Split(request.path);
  const auto bucket = serving.world.deployment().FindBucket(path.bucket);
  if (!bucket) {
    RefuseXml(reply, 404, "NoSuchBucket", "The specified bucket does not exist");
    return;
  }
  switch (operation) {
    case Operation::kHeadObject: HeadObject(serving, *bucket, path.key, reply); return;
    case Operation::kHeadBucket: reply.headers = fmt::format("x-amz-bucket-region: {}\r\n", kRegion); return;
    case Operation::kGetBucketNotificationConfiguration: Notification(*bucket, reply); return;
    default: break;
  }
  if (serving.settings.refuse_delimiter && HasParameter(request.query, "delimiter")) {
    RefuseXml(reply, 403, "AccessDenied", "No identity-based policy allows the s3:ListBucket action");
    return;
  }
  Listing listing(serving.world.deployment(), *bucket, request);
  if (!listing.Start()) {
    RefuseXml(reply, 400, "InvalidArgument", "The continuation token provided is incorrect");
    return;
  }
  reply.type = kXml;
  listing.Append(reply.body);
}

}  // namespace vams::rig
