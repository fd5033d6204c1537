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
  // Lets the backend's time go on.
  virtual void Advance(Duration d) = 0;
};

// Where a backend is known to differ from the others, each with its reason. A suite asserts the other behaviour then;
// it never skips.
struct Deviations {
  bool index_folds_marks = true;   // false: OpenSearch's standard analyzer keeps the marks on letters
  bool index_parts_words = true;   // false: nor does it part what '_' and '.' join ("77_final.glb" is one word)
  bool index_checks_types = true;  // false: an embedded VAMS keeps documents whatever the mapping says
  bool index_has_siblings = true;  // false: an embedded VAMS has its two indexes alone
};

struct Backend {
  std::string name;
  std::function<std::unique_ptr<TestVams>()> open;
  Deviations deviations{};
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

// Each suite runs on every backend of its family; a backend joins all suites of a family by one line in backends.cc.
// A backend of one family may leave the ports of the others null.
std::vector<Backend> TableBackends();   // asset, bucket and side tables, change stream, parameters
std::vector<Backend> ObjectBackends();  // object store
std::vector<Backend> EventBackends();   // topic and queue
std::vector<Backend> IndexBackends();   // search index
// The real servers that the environment names, by service; none: empty. The runner decides what must be there
// (ci/test.py).
std::vector<Backend> OpenSearchBackends();

// What INSTANTIATE_TEST_SUITE_P wants for names.
std::string BackendName(const testing::TestParamInfo<Backend>& info);

}  // namespace vams::conformance
