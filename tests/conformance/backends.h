#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "backends/local.h"
#include "backends/open.h"
#include "base/clock.h"

namespace vams::conformance {

// One VAMS of a backend, empty but for its two indexes, and the hands by which a test fills it. Failures to fill it are
// exceptions: the test ends there.
class TestVams {
 public:
  virtual ~TestVams() = default;
  virtual Deployment& ports() = 0;
  // A further set of ports on the same VAMS, as another process would open it.
  virtual Deployment OpenAgain() = 0;

  virtual void Put(LocalTable table, const std::vector<Item>& items) = 0;
  virtual void Delete(LocalTable table, const Item& keys) = 0;
  virtual void CreateBucket(const LocalBucket& bucket) = 0;
  virtual void Put(const std::vector<LocalObject>& objects) = 0;
  virtual void Delete(const ObjectRef& object) = 0;
  virtual void SetParameter(const std::string& name, const std::string& value) = 0;
  // The name of a topic to which the file-event queue is subscribed.
  virtual std::string Topic() = 0;
  // The bucket that a suite calls so. Servers that are shared have names of their own for each test.
  virtual std::string Bucket(const std::string& name) { return name; }
  // Lets the backend's time go on; where it is that of the world, waits.
  virtual void Advance(Duration d) = 0;
  // For how long a test hides messages that it will wait for.
  virtual Duration ShortHiding() { return std::chrono::seconds(30); }
};

// Where a backend is known to differ from the others, each with its reason. A suite asserts the other behaviour then;
// it never skips.
struct Deviations {
  bool takes_given_facts = true;  // false: S3 itself makes the ETag, time and version id of an object
  // MinIO and versitygw: no part of a key is empty or longer than 255 bytes, and "x" or "x/" hides "x/y".
  bool keys_are_paths = false;
  // versitygw: nor does a key end with '/' or hold control characters.
  bool keys_are_files = false;
  // MinIO: where the prefix is itself a whole key, its first page says that it is the last, whatever follows.
  bool key_as_prefix_ends_listing = false;
  std::string umlaut_in_metadata = "\xC3\xA4";  // ministack answers in Latin-1, MinIO as S3 does (RFC 2047)
  // MinIO notifies no topics of SNS, so there are never any; versitygw does not know what is asked.
  enum class Notifications { kTopics, kNever, kRefused } notifications = Notifications::kTopics;
  bool void_receipts_succeed = true;  // false: ministack refuses the receipt of an earlier delivery
  // DynamoDB's streams tell the keys of the table alone; a removed link says nothing about its assets there.
  bool removals_tell_index_keys = true;
  // dynoxide makes a record of a write that changes nothing.
  bool equal_writes_leave_no_record = true;
  bool index_folds_marks = true;   // false: OpenSearch's standard analyzer keeps the marks on letters
  bool index_parts_words = true;   // false: nor does it part what '_' and '.' join ("77_final.glb" is one word)
  bool index_checks_types = true;  // false: an embedded VAMS keeps documents whatever the mapping says
  bool index_has_siblings = true;  // false: an embedded VAMS has its two indexes alone
  // dynoxide gives attributes, and the members of sets, in an order of its own.
  bool keeps_the_order_of_attributes = true;
};

struct Backend {
  std::string name;
  std::function<std::unique_ptr<TestVams>()> open;
  Deviations deviations{};
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

// Each suite runs on every backend of its family; a backend joins all suites of a family by one line in backends.cc.
// A backend of one family may leave the ports of the others null.
std::vector<Backend> TableBackends();  // asset, bucket and side tables, change stream
std::vector<Backend> ParameterBackends();
std::vector<Backend> ObjectBackends();  // object store
std::vector<Backend> EventBackends();   // topic and queue
std::vector<Backend> IndexBackends();   // search index

// Append the real servers that the environment names; which must be there the runner decides (ci/test.py).
void JoinS3(std::vector<Backend>& backends);          // aws_objects_backend.cc
void JoinSnsSqs(std::vector<Backend>& backends);      // aws_events_backend.cc
void JoinOpenSearch(std::vector<Backend>& backends);  // aws_index_backend.cc
// Both in aws_tables_backend.cc.
void JoinDynamoDb(std::vector<Backend>& backends);
void JoinSsm(std::vector<Backend>& backends);

// What INSTANTIATE_TEST_SUITE_P wants for names.
std::string BackendName(const testing::TestParamInfo<Backend>& info);

}  // namespace vams::conformance
