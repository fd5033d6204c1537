#include <rapidcheck.h>

#include <map>
#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class SearchIndexSuite : public Suite {
 protected:
  SearchIndex& index() { return *ports().file_index; }

  static BulkOp Index(const std::string& id, const std::string& body, std::optional<std::uint64_t> version = {}) {
    return {BulkOp::Kind::kIndex, id, body, version};
  }
  static BulkOp Delete(const std::string& id, std::optional<std::uint64_t> version = {}) {
    return {BulkOp::Kind::kDelete, id, "", version};
  }
  std::vector<BulkOutcome> Apply(const std::vector<BulkOp>& ops) {
    std::vector<BulkOutcome> outcomes;
    for (auto& outcome : Value(index().Bulk(ops))) outcomes.push_back(Value(std::move(outcome)));
    Value(index().Refresh());
    return outcomes;
  }
  BulkOutcome Apply(const BulkOp& op) { return Apply(std::vector<BulkOp>{op}).at(0); }
  void PutMany(std::size_t count) {
    std::vector<BulkOp> ops;
    for (std::size_t i = 0; i < count; ++i) ops.push_back(Index(Id(i), fmt::format(R"({{"num_filesize":{}}})", i)));
    Apply(ops);
  }
  static std::string Id(std::size_t i) { return fmt::format("db#asset#/file {}.glb", i); }
  std::optional<std::string> Get(const std::string& id) { return Value(index().GetMany({&id, 1})).at(0); }
  std::vector<std::string> Found(const std::string& query) {
    std::vector<std::string> ids;
    const SearchHits hits = Value(index().Search(query, ItemCount{100}));
    EXPECT_EQ(hits.total, hits.hits.size()) << query;
    for (const IndexHit& hit : hits.hits) ids.push_back(hit.id);
    return ids;
  }
};

TEST_P(SearchIndexSuite, StartsEmptyAndDescribed) {
  const auto info = Value(index().Describe());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->name, index().name());
  EXPECT_EQ(info->documents, 0u);
  EXPECT_THAT(info->definition, testing::HasSubstr("mappings"));
  EXPECT_EQ(Value(index().Count()).value, 0u);
}

TEST_P(SearchIndexSuite, IndexesAndGetsDocumentsAsTheyWereSent) {
  const std::string body = R"({"str_key":"/a b.glb","list_tags":["\u00e4","x"],"num":1.50,"o":{"b":null}})";
  EXPECT_EQ(Apply(Index("one", body)), BulkOutcome::kCreated);
  EXPECT_EQ(Apply(Index("one", body)), BulkOutcome::kUpdated);
  EXPECT_EQ(Get("one"), body);
  EXPECT_EQ(Get("two"), std::nullopt);
  EXPECT_EQ(Apply(Index("one", "{}")), BulkOutcome::kUpdated);
  EXPECT_EQ(Get("one"), "{}");
  EXPECT_EQ(Value(index().Count()).value, 1u);
}

TEST_P(SearchIndexSuite, DeletesDocuments) {
  Apply(Index("one", "{}"));
  EXPECT_THAT(Apply(std::vector<BulkOp>{Delete("one"), Delete("one"), Delete("two")}),
              ElementsAre(BulkOutcome::kDeleted, BulkOutcome::kAbsent, BulkOutcome::kAbsent));
  EXPECT_EQ(Get("one"), std::nullopt);
  EXPECT_EQ(Value(index().Count()).value, 0u);
}

TEST_P(SearchIndexSuite, GetManyAnswersInOrder) {
  PutMany(1200);
  std::vector<std::string> ids{"nothing"};
  for (std::size_t i = 1200; i > 0; --i) ids.push_back(Id(i - 1));
  const auto bodies = Value(index().GetMany(ids));
  ASSERT_THAT(bodies, SizeIs(1201));
  EXPECT_EQ(bodies[0], std::nullopt);
  EXPECT_EQ(bodies[1], R"({"num_filesize":1199})");
  EXPECT_EQ(bodies[1200], R"({"num_filesize":0})");
  EXPECT_THAT(Value(index().GetMany({})), IsEmpty());
}

TEST_P(SearchIndexSuite, ScanGivesEveryDocumentOnceInPages) {
  PutMany(45);
  for (const ScanContent content : {ScanContent::kIds, ScanContent::kDocuments}) {
    for (const std::uint64_t limit : {1u, 7u, 45u, 1000u}) {
      std::map<std::string, std::string> seen;
      std::optional<Cursor> from;
      do {
        IndexPage page = Value(index().Scan(from, ItemCount{limit}, content));
        EXPECT_LE(page.hits.size(), limit);
        for (const IndexHit& hit : page.hits) EXPECT_TRUE(seen.emplace(hit.id, hit.body).second);
        from = std::move(page.next);
      } while (from);
      EXPECT_THAT(seen, SizeIs(45)) << limit;
      EXPECT_EQ(seen[Id(7)], content == ScanContent::kIds ? "" : R"({"num_filesize":7})");
    }
  }
  EXPECT_EQ(CodeOf(index().Scan(std::nullopt, ItemCount{0}, ScanContent::kIds)), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(index().Scan(Cursor{}, ItemCount{1}, ScanContent::kIds)), ErrorCode::kInvalid);
}

TEST_P(SearchIndexSuite, AScanKeepsWhatStaysWhileOthersWrite) {
  PutMany(60);
  std::set<std::string> seen;
  std::optional<Cursor> from;
  std::size_t round = 0;
  do {
    IndexPage page = Value(index().Scan(from, ItemCount{8}, ScanContent::kDocuments));
    for (const IndexHit& hit : page.hits) EXPECT_TRUE(seen.insert(hit.id).second) << hit.id;
    // Some are written again, deleted, deleted and written again, and new.
    Apply({Index(Id(0), "{}"), Delete(Id(50 + round)), Delete(Id(1)), Index(Id(1), "{}"), Index("zz", "{}")});
    ++round;
    from = std::move(page.next);
  } while (from && round < 40);
  for (std::size_t i = 2; i < 50; ++i) EXPECT_TRUE(seen.contains(Id(i))) << i;
}

TEST_P(SearchIndexSuite, ExternalVersionsLetNoOlderStateThrough) {
  EXPECT_EQ(Apply(Index("id", R"({"v":5})", 5)), BulkOutcome::kCreated);
  EXPECT_EQ(Apply(Index("id", R"({"v":4})", 4)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Apply(Index("id", R"({"v":55})", 5)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Apply(Delete("id", 5)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Get("id"), R"({"v":5})");
  EXPECT_EQ(Apply(Index("id", R"({"v":6})", 6)), BulkOutcome::kUpdated);
  EXPECT_EQ(Apply(Delete("id", 8)), BulkOutcome::kDeleted);
  EXPECT_EQ(Apply(Index("id", R"({"v":7})", 7)), BulkOutcome::kVersionConflict) << "the delete was newer";
  EXPECT_EQ(Apply(Index("id", R"({"v":8})", 8)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Get("id"), std::nullopt);
  EXPECT_EQ(Apply(Index("id", R"({"v":9})", 9)), BulkOutcome::kCreated);
  EXPECT_EQ(Get("id"), R"({"v":9})");
}

TEST_P(SearchIndexSuite, ADeleteOfWhatIsNotThereIsRememberedToo) {
  EXPECT_EQ(Apply(Delete("id", 5)), BulkOutcome::kAbsent);
  EXPECT_EQ(Apply(Index("id", "{}", 4)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Apply(Delete("id", 4)), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Apply(Index("id", "{}", 6)), BulkOutcome::kCreated);
}

TEST_P(SearchIndexSuite, WithoutVersionAWriteIsTakenWhateverIsThere) {
  Apply(Index("id", "{}", 100));
  EXPECT_EQ(Apply(Index("id", R"({"by":"hand"})")), BulkOutcome::kUpdated);
  EXPECT_EQ(Get("id"), R"({"by":"hand"})");
  EXPECT_EQ(Apply(Delete("id")), BulkOutcome::kDeleted);
  EXPECT_EQ(Apply(Index("id", "{}")), BulkOutcome::kCreated);
  EXPECT_EQ(Apply(Index("id", "{}", 99)), BulkOutcome::kVersionConflict) << "older than what was there";
}

TEST_P(SearchIndexSuite, VersionsMatchAModel) {
  std::size_t cases = 0;
  std::uint64_t live = 0;
  EXPECT_TRUE(rc::check([&] {
    const std::string id = Id(++cases);  // one that nothing is known of yet
    std::optional<std::uint64_t> version;
    bool there = false;
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(2, 24))) {
      const bool remove = step % 2 == 1;
      const auto v = static_cast<std::uint64_t>(step / 2);
      const std::vector<BulkOp> ops{remove ? Delete(id, v) : Index(id, "{}", v)};
      const auto outcome = Value(Value(index().Bulk(ops)).at(0));
      if (version && *version >= v) {
        RC_ASSERT(outcome == BulkOutcome::kVersionConflict);
        continue;
      }
      RC_ASSERT(outcome == (remove ? (there ? BulkOutcome::kDeleted : BulkOutcome::kAbsent)
                                   : (there ? BulkOutcome::kUpdated : BulkOutcome::kCreated)));
      version = v;
      there = !remove;
    }
    Value(index().Refresh());
    live += there ? 1 : 0;
    RC_ASSERT(Get(id).has_value() == there);
    RC_ASSERT(Value(index().Count()).value == live);
  }));
}

TEST_P(SearchIndexSuite, ABadOperationFailsAlone) {
  const std::vector<BulkOp> ops{Index("good", "{}"),
                                Index("", "{}"),
                                Index(std::string(513, 'x'), "{}"),
                                Index("array", "[]"),
                                Index("text", "\"{}\""),
                                Index("torn", R"({"a":)"),
                                Index("twice", "{}{}"),
                                Index("nothing", ""),
                                Index("not utf-8", "{\"a\":\"\xFF\"}"),
                                Delete(std::string(513, 'x')),
                                Index(std::string(512, 'x'), "{}")};
  const auto outcomes = Value(index().Bulk(ops));
  ASSERT_THAT(outcomes, SizeIs(ops.size()));
  EXPECT_TRUE(outcomes.front());
  EXPECT_TRUE(outcomes.back());
  for (std::size_t i = 1; i + 1 < ops.size(); ++i) {
    ASSERT_FALSE(outcomes[i]) << i;
    EXPECT_FALSE(outcomes[i].error().retryable) << i;
    EXPECT_NE(outcomes[i].error().message, "") << i;
  }
  Value(index().Refresh());
  EXPECT_EQ(Value(index().Count()).value, 2u);
}

TEST_P(SearchIndexSuite, OneBulkMayHoldTheSameIdTwiceAndNothing) {
  EXPECT_THAT(Apply({Index("id", R"({"a":1})"), Index("id", R"({"a":2})"), Delete("id"), Index("id", R"({"a":3})")}),
              ElementsAre(BulkOutcome::kCreated, BulkOutcome::kUpdated, BulkOutcome::kDeleted, BulkOutcome::kCreated));
  EXPECT_EQ(Get("id"), R"({"a":3})");
  EXPECT_THAT(Value(index().Bulk({})), IsEmpty());
}

TEST_P(SearchIndexSuite, WithoutIndexEverythingIsNotFoundAndNothingMakesOne) {
  Value(index().Drop());
  Value(index().Drop());
  EXPECT_EQ(Value(index().Describe()), std::nullopt);
  const std::vector<BulkOp> ops{Index("id", "{}")};
  const std::vector<std::string> ids{"id"};
  EXPECT_EQ(CodeOf(index().Bulk(ops)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().Count()), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().GetMany(ids)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().Scan(std::nullopt, ItemCount{1}, ScanContent::kIds)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().Search("a", ItemCount{1})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().Refresh()), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().Clear()), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(index().RefusedFields(std::vector<std::string>{"{}"})), ErrorCode::kNotFound);
  EXPECT_EQ(Value(index().Describe()), std::nullopt);
}

TEST_P(SearchIndexSuite, CreateMakesAnEmptyIndexAndRefusesASecond) {
  Apply(Index("id", "{}", 5));
  EXPECT_EQ(CodeOf(index().Create(R"({"mappings": {"new": true}})")), ErrorCode::kPrecondition);
  EXPECT_EQ(Value(index().Count()).value, 1u);
  Value(index().Drop());
  EXPECT_EQ(CodeOf(index().Create("no JSON")), ErrorCode::kInvalid);
  EXPECT_EQ(Value(index().Describe()), std::nullopt);
  Value(index().Create(R"({"mappings": {"properties": {"str_new": {"type": "keyword"}}}})"));
  EXPECT_THAT(Value(index().Describe())->definition, testing::HasSubstr("str_new"));
  EXPECT_EQ(Value(index().Count()).value, 0u);
  EXPECT_EQ(Apply(Index("id", "{}", 1)), BulkOutcome::kCreated) << "the versions went with the index";
}

TEST_P(SearchIndexSuite, ClearKeepsTheIndexAlone) {
  PutMany(10);
  Value(index().Clear());
  EXPECT_EQ(Value(index().Count()).value, 0u);
  EXPECT_THAT(Found("glb"), IsEmpty());
  ASSERT_TRUE(Value(index().Describe()));
  EXPECT_EQ(Apply(Index(Id(1), R"({"str_key":"turbine"})")), BulkOutcome::kCreated);
  EXPECT_THAT(Found("turbine"), SizeIs(1));
}

TEST_P(SearchIndexSuite, TheTwoIndexesAreApart) {
  Apply(Index("id", "{}"));
  EXPECT_EQ(Value(ports().asset_index->Count()).value, 0u);
  EXPECT_NE(ports().asset_index->name(), index().name());
  Value(ports().asset_index->Drop());
  EXPECT_EQ(Value(index().Count()).value, 1u);
}

TEST_P(SearchIndexSuite, SearchesWordsInAllTexts) {
  Apply({Index("hall", R"({"str_assetname":"Turbine Hall","list_tags":["steel","M\u00fcnchen"],"num_filesize":42})"),
         Index("wheel", R"({"str_assetname":"Turbine wheel","o":{"deep":["Stahl"]}})"),
         Index("other", R"({"str_key":"/models/part-77_final.glb"})")});
  EXPECT_THAT(Found("turbine"), UnorderedElementsAre("hall", "wheel"));
  EXPECT_THAT(Found("TURBINE hall"), UnorderedElementsAre("hall"));
  EXPECT_THAT(Found("hall turbine steel"), UnorderedElementsAre("hall"));
  EXPECT_THAT(Found("turb"), IsEmpty()) << "whole words";
  EXPECT_THAT(Found("turb*"), UnorderedElementsAre("hall", "wheel"));
  EXPECT_THAT(Found("turb* wh*"), UnorderedElementsAre("wheel"));
  EXPECT_THAT(Found("stahl"), UnorderedElementsAre("wheel"));
  EXPECT_THAT(Found("m\u00fcnchen"), UnorderedElementsAre("hall"));
  EXPECT_THAT(Found("part models"), UnorderedElementsAre("other"));
  const Deviations& deviations = GetParam().deviations;
  EXPECT_THAT(Found("munchen"), SizeIs(deviations.index_folds_marks ? 1 : 0)) << "marks on letters do not matter";
  EXPECT_THAT(Found("part 77"), SizeIs(deviations.index_parts_words ? 1 : 0));
  EXPECT_THAT(Found("turbine nothing"), IsEmpty());
  EXPECT_THAT(Found(""), SizeIs(3));
  EXPECT_THAT(Found("*"), SizeIs(3));
}

TEST_P(SearchIndexSuite, NoQueryIsASyntaxError) {
  Apply(Index("id", R"({"str_a":"NEAR and OR not a-b c:d"})"));
  for (const char* query : {"\"",  "\"\"", "'",  "(",   ")", "a AND", "OR",   "NOT a",      "NEAR(a b)", "a:b",
                            "c:d", "^a",   "-a", "a-b", "+", "{a b}", "[",    "a\"b",       "**",        "a**",
                            "*a",  "\\",   ";",  "--",  "%", "\x01",  "\xFF", "a ) OR ( b", "col : x",   "!!! ???"}) {
    EXPECT_TRUE(index().Search(query, ItemCount{10})) << query;
  }
  EXPECT_THAT(Found("near AND or NOT"), SizeIs(1)) << "operators are words";
}

TEST_P(SearchIndexSuite, SearchFollowsTheDocument) {
  Apply(Index("id", R"({"str_a":"turbine"})"));
  Apply(Index("id", R"({"str_a":"wheel","str_b":"turbine blade"})"));
  Apply(Index("id", R"({"str_a":"wheel"})"));
  EXPECT_THAT(Found("turbine"), IsEmpty());
  EXPECT_THAT(Found("wheel"), ElementsAre("id"));
  Apply(Delete("id"));
  EXPECT_THAT(Found("wheel"), IsEmpty());
}

TEST_P(SearchIndexSuite, SearchTellsTheTotalAndGivesTheBestFirst) {
  std::vector<BulkOp> ops;
  for (int i = 0; i < 30; ++i) ops.push_back(Index(Id(i), R"({"a":"turbine and many other words that matter less"})"));
  ops.push_back(Index("best", R"({"a":"turbine"})"));
  Apply(ops);
  const SearchHits hits = Value(index().Search("turbine", ItemCount{5}));
  EXPECT_EQ(hits.total, 31u);
  ASSERT_THAT(hits.hits, SizeIs(5));
  EXPECT_EQ(hits.hits[0].id, "best");
  EXPECT_EQ(hits.hits[0].body, R"({"a":"turbine"})");
}

constexpr const char* kTypedDefinition = R"({"mappings": {"properties": {
    "MD_date_x": {"type": "date", "format": "yyyy-MM-dd"}, "MD_gp_x": {"type": "geo_point"},
    "MD_list_x": {"type": "keyword"}}}, "settings": {}})";

TEST_P(SearchIndexSuite, TellsWhichFieldsItDoesNotTakeAndTakesTheRest) {
  Value(index().Drop());
  Value(index().Create(kTypedDefinition));
  const std::string good = R"({"MD_date_x":"2025-01-02","MD_gp_x":{"lat":1,"lon":2},"str_new":"x"})";
  const std::string bad = R"({"MD_date_x":"soon","MD_gp_x":{"lat":1,"lon":2,"alt":3},"str_a":"x"})";
  const std::string long_text = R"({"MD_list_x":["a",")" + std::string(40000, 'x') + R"("],"str_a":"y"})";
  const auto names = [&](const std::vector<std::vector<RefusedField>>& refused, std::size_t i) {
    std::set<std::string> set;
    for (const RefusedField& field : refused.at(i)) {
      set.insert(field.name);
      EXPECT_NE(field.reason, "");
    }
    return set;
  };
  const bool takes_all = !GetParam().deviations.index_checks_types;
  const std::vector<std::string> bodies{good, bad, long_text};
  const auto refused = Value(index().RefusedFields(bodies));
  ASSERT_THAT(refused, SizeIs(3));
  EXPECT_THAT(names(refused, 0), IsEmpty());
  EXPECT_EQ(names(refused, 1), takes_all ? std::set<std::string>{} : (std::set<std::string>{"MD_date_x", "MD_gp_x"}));
  EXPECT_EQ(names(refused, 2), takes_all ? std::set<std::string>{} : std::set<std::string>{"MD_list_x"});
  EXPECT_EQ(Value(index().Count()).value, 0u);
  EXPECT_THAT(Value(index().Describe())->definition, testing::Not(testing::HasSubstr("str_new")));

  const std::vector<BulkOp> ops{Index("bad", bad, 5), Index("long", long_text, 5), Index("good", good, 5)};
  const auto outcomes = Value(index().Bulk(ops));
  EXPECT_EQ(outcomes.at(2), BulkOutcome::kCreated);
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(outcomes[i].has_value(), takes_all) << i;
    if (takes_all) continue;
    EXPECT_EQ(outcomes[i].error().code, ErrorCode::kInvalid);
    EXPECT_FALSE(outcomes[i].error().retryable);
    EXPECT_TRUE(names(refused, i + 1).contains(outcomes[i].error().field)) << outcomes[i].error().message;
  }
  if (takes_all) return;
  // What was refused left no version: the rest is taken under the same one.
  EXPECT_EQ(Apply(Index("bad", R"({"str_a":"x"})", 5)), BulkOutcome::kCreated);
}

TEST_P(SearchIndexSuite, ASiblingIsAnIndexOfItsOwn) {
  auto sibling = index().Sibling("scratch");
  if (!GetParam().deviations.index_has_siblings) {
    EXPECT_EQ(CodeOf(sibling), ErrorCode::kUsage);
    return;
  }
  ASSERT_TRUE(sibling);
  SearchIndex& other = **sibling;
  EXPECT_EQ(other.name(), index().name() + "-scratch");
  EXPECT_EQ(Value(other.Describe()), std::nullopt);
  Value(other.Create(Value(index().Describe())->definition));
  Apply(Index("id", "{}"));
  EXPECT_EQ(Value(other.Count()).value, 0u);
  Value(other.Drop());
  EXPECT_EQ(Value(index().Count()).value, 1u);
  EXPECT_EQ(CodeOf(index().Sibling("*")), ErrorCode::kUsage);
}

TEST_P(SearchIndexSuite, WhatOneWroteAnotherProcessSees) {
  Apply(Index("id", "{}"));
  Deployment other = vams_->OpenAgain();
  EXPECT_EQ(Value(other.file_index->Count()).value, 1u);
}

TEST_P(SearchIndexSuite, TakesCallsOfSeveralThreads) {
  InThreads(4, [&](std::size_t thread) {
    for (std::size_t i = 0; i < 20; ++i) {
      std::vector<BulkOp> ops;
      for (std::size_t n = 0; n < 10; ++n) ops.push_back(Index(Id(i * 10 + n), R"({"a":"turbine"})", thread + 1));
      for (const auto& outcome : Value(index().Bulk(ops))) EXPECT_TRUE(outcome);
      Value(index().Search("turb*", ItemCount{3}));
      Value(index().Scan(std::nullopt, ItemCount{5}, ScanContent::kIds));
      Value(index().Count());
    }
  });
  Value(index().Refresh());
  EXPECT_EQ(Value(index().Count()).value, 200u);
}

INSTANTIATE_TEST_SUITE_P(All, SearchIndexSuite, testing::ValuesIn(IndexBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
