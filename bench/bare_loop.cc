// The floor under any client of this protocol: one thread, libcurl's multi interface on epoll, signed requests, and no
// logic: nothing is checked, retried, verified or remembered.
//
//     bench_bare_loop --port N [--mode head|location|touch] [--connections N] [--buckets N]
//
// head: lists, a HEAD for each key, PublishBatch for ten; location: the same with a HEAD for each hundredth key only;
// both with the look-ups that tell whose the objects of a page are. touch: scans the asset table, an UpdateItem for
// each. Runs against vams-rig (testing/rig/) and prints one JSON object.

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/percent.h"
#include "bench/bare_signer.h"

namespace {

using vams::PercentDecode;
using vams::PercentEncode;
using vams::bench::Signer;

enum class Mode { kHead, kLocation, kTouch };
enum class Kind { kList, kHead, kPublish, kScan, kUpdate, kLookUp };

constexpr std::size_t kBatch = 10;
constexpr std::size_t kEnoughKeys = 2000;
constexpr std::uint64_t kSampled = 100;

std::string_view Between(std::string_view text, std::string_view from, std::string_view to, std::size_t& at) {
  const std::size_t begin = text.find(from, at);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find(to, begin + from.size());
  if (end == std::string_view::npos) return {};
  at = end;
  return text.substr(begin + from.size(), end - begin - from.size());
}

struct File {
  std::uint64_t bucket;
  std::string key;
  std::string size;
  std::string etag;
};

struct Lookup {
  const char* target = nullptr;
  std::string body;
  std::vector<std::string> assets;  // of the page, which are looked up next
};

struct Slot {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  Kind kind = Kind::kList;
  std::string url;
  std::string body;
  std::string reply;
  File file;
  Lookup lookup;
};

class Loop {
 public:
  Loop(std::uint16_t port, Mode mode, std::size_t connections, std::uint64_t buckets)
      : mode_(mode),
        buckets_(buckets),
        base_(fmt::format("http://127.0.0.1:{}", port)),
        s3_("s3", base_.substr(7)),
        sns_("sns", base_.substr(7)),
        dynamo_("dynamodb", base_.substr(7)),
        multi_(curl_multi_init()),
        epoll_(epoll_create1(0)),
        slots_(connections) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::OnSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
    for (Slot& slot : slots_) {
      slot.easy = curl_easy_init();
      curl_easy_setopt(slot.easy, CURLOPT_PRIVATE, &slot);
      curl_easy_setopt(slot.easy, CURLOPT_WRITEFUNCTION, &Loop::OnBody);
      curl_easy_setopt(slot.easy, CURLOPT_WRITEDATA, &slot);
      curl_easy_setopt(slot.easy, CURLOPT_NOSIGNAL, 1L);
      idle_.push_back(&slot);
    }
  }

  // False: some request failed.
  bool Run() {
    FillSlots();
    std::vector<epoll_event> ready(256);
    while (under_way_ > 0) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), static_cast<int>(timeout_ms_));
      int running = 0;
      if (count <= 0) {
        timeout_ms_ = -1;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
      }
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<std::size_t>(i)];
        const int what = ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 ? CURL_CSELECT_IN : 0) |
                         ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
        curl_multi_socket_action(multi_, event.data.fd, what, &running);
      }
      if (!Reap()) return false;
      FillSlots();
    }
    return true;
  }

  std::uint64_t done() const { return done_; }
  std::uint64_t requests() const { return requests_; }

 private:
  static int OnSocket(CURL*, curl_socket_t fd, int what, void* self, void* known) {
    Loop& loop = *static_cast<Loop*>(self);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, fd, nullptr);
      curl_multi_assign(loop.multi_, fd, nullptr);
      return 0;
    }
    epoll_event event{};
    event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
    event.data.fd = fd;
    epoll_ctl(loop.epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    curl_multi_assign(loop.multi_, fd, self);
    return 0;
  }

  static int OnTimer(CURLM*, long timeout_ms, void* self) {
    static_cast<Loop*>(self)->timeout_ms_ = timeout_ms;
    return 0;
  }

  static std::size_t OnBody(char* data, std::size_t size, std::size_t n, void* slot) {
    static_cast<Slot*>(slot)->reply.append(data, size * n);
    return size * n;
  }

  bool Reap() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode result = message->data.result;
      Slot* slot = nullptr;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi_, easy);
      --under_way_;
      if (result != CURLE_OK || status != 200) {
        std::cerr << fmt::format("{}: {} {}\n", slot->url, curl_easy_strerror(result), status);
        return false;
      }
      Take(*slot);
      idle_.push_back(slot);
    }
    return true;
  }

  void Take(Slot& slot) {
    switch (slot.kind) {
      case Kind::kList: return TakeListing(std::exchange(slot.reply, {}));  // else each slot would keep a page's memory
      case Kind::kHead: --heads_; return ready_.push_back(std::move(slot.file));
      case Kind::kPublish: return;
      case Kind::kLookUp: return TakeLookUp(slot);
      case Kind::kScan: return TakeScan(std::exchange(slot.reply, {}));
      case Kind::kUpdate: ++done_;
    }
  }

  void TakeListing(std::string_view reply) {
    std::size_t at = 0;
    for (;;) {
      const std::string_view key = Between(reply, "<Key>", "</Key>", at);
      if (key.empty()) break;
      const std::string_view etag = Between(reply, "&quot;", "&quot;", at);
      const std::string_view size = Between(reply, "<Size>", "</Size>", at);
      File file{bucket_, PercentDecode(key, true), std::string(size), std::string(etag)};
      AddPageAsset(file.key);
      const bool wants_head = mode_ == Mode::kHead || ++keys_ % kSampled == 0;
      (wants_head ? listed_ : ready_).push_back(std::move(file));
    }
    lookups_.push_back({kScanTarget, R"({"TableName":"vams-rig-buckets"})", std::exchange(page_assets_, {})});
    token_ = Between(reply, "<NextContinuationToken>", "</NextContinuationToken>", at);
    if (token_.empty()) ++bucket_;
    reading_ = false;
  }

  // Of a page: the bucket records, then of each asset its row by the index, and the row itself.
  void LookUp(const char* target, std::string body) { lookups_.push_back({target, std::move(body), {}}); }

  void AddPageAsset(std::string_view key) {
    const std::size_t from = key.find('/') + 1;
    const std::string_view asset = key.substr(from, key.find('/', from) - from);
    if (!page_assets_.empty() && page_assets_.back() == asset) return;
    page_assets_.emplace_back(asset);
  }

  void TakeLookUp(const Slot& slot) {
    const auto text = [&](std::string_view name) {
      std::size_t at = 0;
      return Between(slot.reply, fmt::format(R"("{}":{{"S":")", name), "\"", at);
    };
    if (!slot.lookup.assets.empty()) {
      for (const std::string& asset : slot.lookup.assets) {
        LookUp(kQuery, fmt::format(R"-({{"TableName":"vams-rig-assets","IndexName":"BucketIdGSI",)-"
                                   R"-("KeyConditionExpression":"#p = :p AND #s = :s",)-"
                                   R"-("ExpressionAttributeNames":{{"#p":"bucketId","#s":"assetId"}},)-"
                                   R"-("ExpressionAttributeValues":{{":p":{{"S":"{}"}},":s":{{"S":"{}"}}}}}})-",
                                   text("bucketId"), asset));
      }
    } else if (slot.lookup.body.find("BucketIdGSI") != std::string::npos) {
      LookUp(kBatchGet, fmt::format(R"({{"RequestItems":{{"vams-rig-assets":{{"Keys":[{{"databaseId":{{"S":"{}"}},)"
                                    R"("assetId":{{"S":"{}"}}}}]}}}}}})",
                                    text("databaseId"), text("assetId")));
    }
  }

  void TakeScan(std::string_view reply) {
    std::size_t at = 0;
    const std::size_t last_key = reply.rfind(R"("LastEvaluatedKey":)");
    const std::string_view items = reply.substr(0, last_key);
    for (;;) {
      const std::string_view database = Between(items, R"("databaseId":{"S":")", "\"", at);
      if (database.empty()) break;
      const std::string_view asset = Between(items, R"("assetId":{"S":")", "\"", at);
      assets_.emplace_back(database, asset);
    }
    token_.clear();
    if (last_key != std::string_view::npos) token_ = reply.substr(last_key + 19, reply.size() - last_key - 20);
    if (token_.empty()) bucket_ = buckets_;
    reading_ = false;
  }

  bool MoreToRead() const { return bucket_ < buckets_; }

  void FillSlots() {
    while (!idle_.empty()) {
      Slot& slot = *idle_.back();
      const bool last_events = !MoreToRead() && !reading_ && listed_.empty() && heads_ == 0;
      if (ready_.size() >= kBatch || (last_events && !ready_.empty())) {
        Publish(slot);
      } else if (!lookups_.empty()) {
        slot.lookup = std::move(lookups_.front());
        lookups_.pop_front();
        slot.body = slot.lookup.body;
        Post(slot, Kind::kLookUp, dynamo_, slot.lookup.target, kAmzJson);
      } else if (!listed_.empty()) {
        Head(slot);
      } else if (!assets_.empty()) {
        Update(slot);
      } else if (!reading_ && MoreToRead()) {
        Read(slot);
      } else {
        return;
      }
      // The next page comes while this one is worked on.
      if (!reading_ && MoreToRead() && listed_.size() + ready_.size() + assets_.size() < kEnoughKeys &&
          !idle_.empty()) {
        Read(*idle_.back());
      }
    }
  }

  void Read(Slot& slot) {
    reading_ = true;
    if (mode_ == Mode::kTouch) {
      slot.body = R"({"TableName":"vams-rig-assets","ProjectionExpression":"databaseId, assetId","Limit":1000)";
      if (!token_.empty()) slot.body += R"(,"ExclusiveStartKey":)" + token_;
      slot.body += '}';
      return Post(slot, Kind::kScan, dynamo_, kScanTarget, kAmzJson);
    }
    std::string query = "encoding-type=url&list-type=2&max-keys=1000";
    if (!token_.empty()) query = "continuation-token=" + PercentEncode(token_) + "&" + query;
    Get(slot, Kind::kList, fmt::format("/vams-rig-bucket-{}", bucket_), query);
  }

  void Head(Slot& slot) {
    ++heads_;
    slot.file = std::move(listed_.front());
    listed_.pop_front();
    Get(slot, Kind::kHead, fmt::format("/vams-rig-bucket-{}/{}", slot.file.bucket, PercentEncode(slot.file.key, "/")),
        "");
  }

  void Publish(Slot& slot) {
    const std::uint64_t bucket = ready_.front().bucket;
    slot.body = "Action=PublishBatch&Version=2010-03-31&TopicArn=" +
                PercentEncode(fmt::format("arn:aws:sns:us-east-1:123456789012:vams-rig-topic-{}", bucket));
    for (std::size_t i = 0; i < kBatch && !ready_.empty() && ready_.front().bucket == bucket; ++i, ++done_) {
      const File& file = ready_.front();
      const std::string message = fmt::format(
          R"({{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1",)"
          R"("eventTime":"2025-01-01T00:00:00.000Z","eventName":"ObjectCreated:Put",)"
          R"("userIdentity":{{"principalId":"VAMS-REINDEX-UTILITY"}},)"
          R"("requestParameters":{{"sourceIPAddress":"127.0.0.1"}},)"
          R"("responseElements":{{"x-amz-request-id":"REINDEX","x-amz-id-2":"REINDEX"}},)"
          R"("s3":{{"s3SchemaVersion":"1.0","configurationId":"vams-reindex","bucket":{{"name":"vams-rig-bucket-{0}",)"
          R"("ownerIdentity":{{"principalId":"VAMS"}},"arn":"arn:aws:s3:::vams-rig-bucket-{0}"}},)"
          R"("object":{{"key":"{1}","size":{2},"eTag":"{3}","sequencer":"006774858000000000"}}}}}}]}})",
          bucket, file.key, file.size, file.etag);
      slot.body += fmt::format(
          "&PublishBatchRequestEntries.member.{0}.Id={0}&PublishBatchRequestEntries.member.{0}.Message={1}"
          "&PublishBatchRequestEntries.member.{0}.Subject=Amazon%20S3%20Notification",
          i + 1, PercentEncode(message));
      ready_.pop_front();
    }
    Post(slot, Kind::kPublish, sns_, nullptr, "Content-Type: application/x-www-form-urlencoded");
  }

  void Update(Slot& slot) {
    const auto& [database, asset] = assets_.front();
    slot.body =
        fmt::format(R"-({{"UpdateExpression":"SET #d = :v","ConditionExpression":"attribute_exists(databaseId)",)-"
                    R"("ExpressionAttributeNames":{{"#d":"_os_reindex_date"}},)"
                    R"("ExpressionAttributeValues":{{":v":{{"S":"2025-05-31T22:00:00.123456+00:00"}}}},)"
                    R"("Key":{{"databaseId":{{"S":"{}"}},"assetId":{{"S":"{}"}}}},"TableName":"vams-rig-assets"}})",
                    database, asset);
    assets_.pop_front();
    Post(slot, Kind::kUpdate, dynamo_, "X-Amz-Target: DynamoDB_20120810.UpdateItem", kAmzJson);
  }

  void Get(Slot& slot, Kind kind, const std::string& path, const std::string& query) {
    static const std::string kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    slot.url = base_ + path + (query.empty() ? "" : "?" + query);
    if (kind == Kind::kHead) {
      curl_easy_setopt(slot.easy, CURLOPT_NOBODY, 1L);
    } else {
      curl_easy_setopt(slot.easy, CURLOPT_HTTPGET, 1L);
    }
    Start(slot, kind, s3_, s3_.Authorization(kind == Kind::kHead ? "HEAD" : "GET", path, query, kEmpty), kEmpty, {});
  }

  void Post(Slot& slot, Kind kind, Signer& signer, const char* target, const char* type) {
    slot.url = base_ + "/";
    std::string hash;
    vams::bench::AppendHex(vams::bench::Hash(slot.body), hash);
    curl_easy_setopt(slot.easy, CURLOPT_POST, 1L);
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDS, slot.body.c_str());
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(slot.body.size()));
    std::vector<const char*> more{type};
    if (target != nullptr) more.push_back(target);
    Start(slot, kind, signer, signer.Authorization("POST", "/", "", hash), hash, more);
  }

  void Start(Slot& slot, Kind kind, const Signer& signer, const std::string& authorization, const std::string& hash,
             const std::vector<const char*>& more) {
    curl_slist_free_all(slot.headers);
    slot.headers = curl_slist_append(nullptr, authorization.c_str());
    slot.headers = curl_slist_append(slot.headers, ("X-Amz-Date: " + signer.time()).c_str());
    slot.headers = curl_slist_append(slot.headers, ("X-Amz-Content-SHA256: " + hash).c_str());
    slot.headers = curl_slist_append(slot.headers, "Expect:");
    for (const char* header : more) slot.headers = curl_slist_append(slot.headers, header);
    curl_easy_setopt(slot.easy, CURLOPT_HTTPHEADER, slot.headers);
    curl_easy_setopt(slot.easy, CURLOPT_URL, slot.url.c_str());
    slot.kind = kind;
    slot.reply.clear();
    std::erase(idle_, &slot);
    curl_multi_add_handle(multi_, slot.easy);
    ++under_way_;
    ++requests_;
  }

  static constexpr const char* kScanTarget = "X-Amz-Target: DynamoDB_20120810.Scan";
  static constexpr const char* kQuery = "X-Amz-Target: DynamoDB_20120810.Query";
  static constexpr const char* kBatchGet = "X-Amz-Target: DynamoDB_20120810.BatchGetItem";
  static constexpr const char* kAmzJson = "Content-Type: application/x-amz-json-1.0";

  const Mode mode_;
  const std::uint64_t buckets_;
  const std::string base_;
  Signer s3_;
  Signer sns_;
  Signer dynamo_;
  CURLM* multi_;
  int epoll_;
  long timeout_ms_ = -1;
  std::vector<Slot> slots_;
  std::vector<Slot*> idle_;
  std::size_t under_way_ = 0;
  std::size_t heads_ = 0;
  bool reading_ = false;
  std::uint64_t bucket_ = 0;
  std::string token_;
  std::vector<std::string> page_assets_;
  std::deque<Lookup> lookups_;
  std::deque<File> listed_;
  std::deque<File> ready_;
  std::deque<std::pair<std::string, std::string>> assets_;
  std::uint64_t keys_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t requests_ = 0;
};

double Seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The floor: the requests of a migration without any logic");
  std::uint16_t port = 0;
  std::string mode = "location";
  std::size_t connections = 64;
  std::uint64_t buckets = 1;
  app.add_option("--port", port, "of vams-rig")->required();
  app.add_option("--mode", mode)->check(CLI::IsMember({"head", "location", "touch"}));
  app.add_option("--connections", connections)->check(CLI::Range(1, 10'000));
  app.add_option("--buckets", buckets)->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto begun = std::chrono::steady_clock::now();
  Loop loop(port,
            mode == "head"    ? Mode::kHead
            : mode == "touch" ? Mode::kTouch
                              : Mode::kLocation,
            connections, buckets);
  if (!loop.Run()) return 1;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  const auto done = static_cast<double>(loop.done());
  std::cout << fmt::format(
      R"({{"mode":"{}","connections":{},"done":{},"requests":{},"seconds":{:.3f},"per_second":{:.1f},)"
      R"("cpu_us_each":{:.2f},"cpu_us_a_request":{:.2f},"peak_kib":{}}})"
      "\n",
      mode, connections, loop.done(), loop.requests(), seconds, done / seconds, cpu * 1e6 / done,
      cpu * 1e6 / static_cast<double>(loop.requests()), usage.ru_maxrss);
  return 0;
}
