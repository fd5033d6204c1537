#include <unistd.h>

#include <atomic>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <stdexcept>

#include "backends/aws/events/sns_query.h"
#include "backends/aws/objects/aws_object_store.h"
#include "backends/aws/objects/bucket_url.h"
#include "base/concurrently.h"
#include "base/percent.h"
#include "tests/conformance/aws_server.h"
#include "tests/conformance/backends.h"

namespace vams::conformance {
namespace {

using Client = std::shared_ptr<const aws::AwsClient>;
using Query = std::vector<std::pair<std::string, std::string>>;

struct Clients {
  Client s3;
  Client sns;  // null where the server has S3 alone
};

// Buckets of its own, removed at the end with all that is in them. It has the object store alone.
class S3Vams final : public TestVams {
 public:
  explicit S3Vams(Clients clients) : clients_(std::move(clients)) {
    static std::atomic<int> count{0};
    prefix_ = fmt::format("vams-suite-{}-{}-", getpid(), ++count);
    ports_ = OpenAgain();
  }
  ~S3Vams() override {
    for (const auto& [bucket, versioned] : buckets_) Remove(bucket, versioned);
    if (topic_.empty()) return;
    static_cast<void>(clients_.sns->Send(aws::SnsRequest(*clients_.sns, "DeleteTopic", {}, {{"TopicArn", topic_}})));
  }

  Deployment& ports() override { return ports_; }
  Deployment OpenAgain() override {
    Deployment ports;
    ports.description = "buckets named " + prefix_ + "*";
    ports.objects = std::make_unique<aws::AwsObjectStore>(
        clients_.s3->region(), [client = clients_.s3](const std::string&) { return client; }, aws::S3Options{});
    return ports;
  }

  std::string Bucket(const std::string& name) override { return prefix_ + name; }

  void CreateBucket(const LocalBucket& bucket) override {
    Call(Method::kPut, "CreateBucket", bucket.name);
    buckets_.emplace(bucket.name, bucket.versioned);
    if (bucket.versioned) {
      Call(Method::kPut, "PutBucketVersioning", bucket.name, std::string(), Query{{"versioning", ""}}, Headers(),
           "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status>"
           "</VersioningConfiguration>");
    }
    if (!bucket.topic || clients_.sns == nullptr) return;
    Call(Method::kPut, "PutBucketNotificationConfiguration", bucket.name, std::string(), Query{{"notification", ""}},
         Headers(),
         "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TopicConfiguration><Id>1</Id>"
         "<Topic>" +
             *bucket.topic +
             "</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration></NotificationConfiguration>");
  }

  // In order where a key comes twice, else several at a time.
  void Put(const std::vector<LocalObject>& objects) override {
    std::set<ObjectRef> keys;
    for (const LocalObject& object : objects) keys.insert(object.ref);
    put_.insert(keys.begin(), keys.end());
    const Status status = TryForEachConcurrently(objects.size(), keys.size() == objects.size() ? 8 : 1,
                                                 [&](std::size_t i) { return PutOne(objects[i]); });
    if (!status) throw std::runtime_error(status.error().message);
  }
  void Delete(const ObjectRef& object) override { Call(Method::kDelete, "DeleteObject", object.bucket, object.key); }

  std::string Topic() override {
    if (clients_.sns == nullptr) return "arn:aws:sns:us-east-1:000000000000:none";
    if (!topic_.empty()) return topic_;
    const auto reply =
        clients_.sns->Send(aws::SnsRequest(*clients_.sns, "CreateTopic", {}, {{"Name", prefix_ + "topic"}}));
    if (!reply) throw std::runtime_error(reply.error().message);
    pugi::xml_document document;
    document.load_string(reply->body.c_str());
    topic_ = document.child("CreateTopicResponse").child("CreateTopicResult").child("TopicArn").text().as_string();
    return topic_;
  }

  void Put(LocalTable, const std::vector<Item>&) override { NoSuchPort(); }
  void Delete(LocalTable, const Item&) override { NoSuchPort(); }
  void SetParameter(const std::string&, const std::string&) override { NoSuchPort(); }
  void Advance(Duration) override { NoSuchPort(); }

 private:
  [[noreturn]] static void NoSuchPort() { throw std::logic_error("this backend has an object store alone"); }

  Result<HttpReply> Try(Method method, std::string_view operation, const std::string& bucket,
                        const std::string& key = {}, Query query = {}, const Headers& headers = {},
                        std::string body = {}) {
    HttpRequest request = clients_.s3->Request(method, operation);
    TRY_ASSIGN(request.url, aws::BucketUrl(clients_.s3->endpoint(), bucket, key, S3Addressing::kPath));
    request.url.query = std::move(query);
    request.headers = headers;
    request.body = Body(std::move(body));
    return clients_.s3->Send(request);
  }
  template <class... Args>
  HttpReply Call(Args&&... args) {
    auto reply = Try(std::forward<Args>(args)...);
    if (!reply) throw std::runtime_error(reply.error().operation + ": " + reply.error().message);
    return std::move(*reply);
  }

  Status PutOne(const LocalObject& object) {
    if (object.delete_marker) {
      TRY(Try(Method::kDelete, "DeleteObject", object.ref.bucket, object.ref.key));
      return {};
    }
    Headers headers;
    for (const auto& [name, value] : object.metadata) headers.Add("x-amz-meta-" + name, value);
    TRY(Try(Method::kPut, "PutObject", object.ref.bucket, object.ref.key, {}, headers, std::string(object.size, 'x')));
    return {};
  }

  // The versions of the bucket, the markers of removed objects among them, as (key, version).
  std::vector<std::pair<std::string, std::string>> VersionsOf(const std::string& bucket) {
    const HttpReply reply = Call(Method::kGet, "ListObjectVersions", bucket, std::string(),
                                 Query{{"versions", ""}, {"encoding-type", "url"}});
    pugi::xml_document document;
    document.load_string(reply.body.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    const pugi::xml_node root = document.child("ListVersionsResult");
    std::vector<std::pair<std::string, std::string>> versions;
    for (const pugi::xml_node& node : root.children()) {
      if (!node.child("VersionId")) continue;
      const std::string key = node.child("Key").text().get();
      versions.emplace_back(root.child("EncodingType") ? PercentDecode(key, true) : key,
                            node.child("VersionId").text().get());
    }
    return versions;
  }

  void Remove(const std::string& bucket, bool versioned) {
    try {
      // By the names that were put: a server may list others.
      for (const ObjectRef& object : put_) {
        if (object.bucket == bucket) static_cast<void>(Try(Method::kDelete, "DeleteObject", bucket, object.key));
      }
      if (versioned) {
        for (const auto& [key, version] : VersionsOf(bucket)) {
          Call(Method::kDelete, "DeleteObject", bucket, key, Query{{"versionId", version}});
        }
      }
      Call(Method::kDelete, "DeleteBucket", bucket);
    } catch (const std::runtime_error& error) {
      ADD_FAILURE() << "cannot remove " << bucket << ": " << error.what();
    }
  }

  const Clients clients_;
  std::string prefix_;
  std::string topic_;
  std::map<std::string, bool> buckets_;  // by name: versioned?
  std::set<ObjectRef> put_;
  Deployment ports_;
};

// What the environment names half, or wrongly, is a backend whose every test fails and says why.
void Join(std::vector<Backend>& backends, const char* name, const char* variable, bool with_sns,
          const Deviations& deviations) {
  const auto server = AwsServer::FromEnvironment(variable);
  if (!server) {
    backends.push_back(
        {name, [why = server.error().message]() -> std::unique_ptr<TestVams> { throw std::runtime_error(why); }});
    return;
  }
  if (!*server) return;
  const Clients clients{.s3 = (*server)->Client(Service::kS3, "s3"),
                        .sns = with_sns ? (*server)->Client(Service::kSns, "sns") : nullptr};
  backends.push_back({name, [clients] { return std::make_unique<S3Vams>(clients); }, deviations});
}

}  // namespace

void JoinS3(std::vector<Backend>& backends) {
  Join(backends, "S3", "VAMS_TEST_AWS_ENDPOINT", true, {.takes_given_facts = false, .umlaut_in_metadata = "\xE4"});
  Join(backends, "S3Versitygw", "VAMS_TEST_S3_ENDPOINT", false,
       {.takes_given_facts = false,
        .keys_are_paths = true,
        .keys_are_files = true,
        .notifications = Deviations::Notifications::kRefused});
  Join(backends, "S3Minio", "VAMS_TEST_S3_ENDPOINT_2", false,
       {.takes_given_facts = false,
        .keys_are_paths = true,
        .key_as_prefix_ends_listing = true,
        .umlaut_in_metadata = "=?UTF-8?q?=C3=A4?=",
        .notifications = Deviations::Notifications::kNever});
}

}  // namespace vams::conformance
