#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ParametersSuite : public Suite {};

TEST_P(ParametersSuite, AnswersInOrderWithWhatIsNotThere) {
  vams_->SetParameter("/suite/aos/one", "1");
  vams_->SetParameter("/suite/aos/two", "zwei \xE2\x82\xAC");
  const std::vector<std::string> names{"/suite/aos/two", "/suite/aos/none", "/suite/aos/one", "/suite/aos/two"};
  EXPECT_THAT(Value(ports().parameters->GetMany(names)),
              ElementsAre("zwei \xE2\x82\xAC", std::nullopt, "1", "zwei \xE2\x82\xAC"));
  EXPECT_THAT(Value(ports().parameters->GetMany({})), IsEmpty());
}

TEST_P(ParametersSuite, SeesAChange) {
  vams_->SetParameter("/suite/x", "old");
  vams_->SetParameter("/suite/x", "new");
  const std::vector<std::string> names{"/suite/x"};
  EXPECT_THAT(Value(ports().parameters->GetMany(names)), ElementsAre("new"));
}

TEST_P(ParametersSuite, TakesCallsOfSeveralThreads) {
  vams_->SetParameter("/suite/x", "value");
  std::atomic<int> right{0};
  InThreads(4, [&](std::size_t) {
    const std::vector<std::string> names{"/suite/x"};
    for (int i = 0; i < 25; ++i) right += Value(ports().parameters->GetMany(names))[0] == "value" ? 1 : 0;
  });
  EXPECT_EQ(right, 100);
}

INSTANTIATE_TEST_SUITE_P(All, ParametersSuite, testing::ValuesIn(ParameterBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
