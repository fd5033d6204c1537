#include <rapidcheck.h>

#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ObjectStoreSuite : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    plain_ = vams_->Bucket("plain");
    versioned_ = vams_->Bucket("versioned");
    vams_->CreateBucket({plain_, false, vams_->Topic()});
    vams_->CreateBucket({versioned_, true, {}});
  }
  ObjectStore& store() { return *ports().objects; }

  static LocalObject Object(const std::string& bucket, const std::string& key, std::uint64_t size = 7) {
    LocalObject object;
    object.ref = {bucket, key};
    object.size = size;
    object.etag = "d41d8cd98f00b204e9800998ecf8427e";
    object.last_modified = ParseIso("2025-03-04T05:06:07Z");
    return object;
  }
  void PutKeys(const std::vector<std::string>& keys) {
    std::vector<LocalObject> objects;
    for (const std::string& key : keys) objects.push_back(Object(plain_, key));
    vams_->Put(objects);
  }
  // Those of the keys that the backend can hold together.
  static std::vector<std::string> Possible(std::vector<std::string> keys) {
    const Deviations& deviations = GetParam().deviations;
    const auto holds_others = [&, all = keys](const std::string& directory) {
      return std::ranges::any_of(all, [&](const std::string& k) { return k != directory && k.starts_with(directory); });
    };
    if (deviations.keys_are_paths) {
      std::erase_if(keys, [&](const std::string& key) {
        return key.starts_with('/') || key.find("//") != key.npos || key.size() > 255 ||
               holds_others(key.ends_with('/') ? key : key + "/");
      });
    }
    if (deviations.keys_are_files) {
      std::erase_if(keys, [&](const std::string& key) {
        return key.ends_with('/') || std::ranges::any_of(key, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
      });
    }
    return keys;
  }
  static std::vector<std::string> Sorted(std::vector<std::string> keys, std::string_view prefix = {}) {
    std::erase_if(keys, [&](const std::string& key) { return !key.starts_with(prefix); });
    std::ranges::sort(keys);
    return keys;
  }
  std::vector<std::string> Keys(std::string_view prefix, std::uint64_t limit = 1000, std::string_view bucket = {}) {
    if (bucket.empty()) bucket = plain_;
    std::vector<std::string> keys;
    std::optional<Cursor> from;
    do {
      ObjectPage page = Value(store().List(bucket, prefix, from, ItemCount{limit}));
      EXPECT_LE(page.entries.size(), limit);
      for (const ObjectEntry& entry : page.entries) keys.push_back(entry.key);
      from = std::move(page.next);
    } while (from);
    return keys;
  }
  std::optional<ObjectHead> Head(const ObjectRef& ref) {
    auto heads = Value(store().HeadMany({&ref, 1}));
    return Value(std::move(heads.at(0)));
  }

  std::string plain_;
  std::string versioned_;
};

const std::vector<std::string>& DifficultKeys() {
  static const std::vector<std::string> keys{"with space/a b.glb",
                                             "plus+sign/%2B/100%.glb",
                                             "double//slash///.glb",
                                             "/leading",
                                             "trailing/",
                                             std::string("control\x01\x02\n\t\x7F.glb"),
                                             "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.glb",
                                             "quote'\"\\.glb",
                                             std::string(1024, 'k'),
                                             "\xF4\x8F\xBF\xBF",
                                             "~",
                                             " "};
  return keys;
}

TEST_P(ObjectStoreSuite, ListsByKeyInByteOrderInPages) {
  const auto keys = Possible({"b", "a/2", "a/10", "B", "a", "a/", "\xC3\xA4", "z", "a-", "a0"});
  PutKeys(keys);
  for (const std::uint64_t limit : {1u, 2u, 3u, 8u, 1000u}) EXPECT_EQ(Keys("", limit), Sorted(keys)) << limit;
}

TEST_P(ObjectStoreSuite, ListsAPrefix) {
  const auto keys = Possible({"a", "a/", "a/x", "a/y", "a0", "b/x", "c"});
  PutKeys(keys);
  for (const char* prefix : {"a/", "a", "nothing/", "a/x", "b"}) {
    for (const std::uint64_t limit : {1u, 1000u}) {
      EXPECT_EQ(Keys(prefix, limit), Sorted(keys, prefix)) << prefix << " " << limit;
    }
  }
}

TEST_P(ObjectStoreSuite, GoesOnAfterAKeyThatNeedNotBeThere) {
  const auto keys = Possible({"B", "a/10", "a/2", "a/x y", "a0", "\xC3\xA4", "z"});
  PutKeys(keys);
  for (const std::string prefix : {"", "a/"}) {
    for (const std::string after : {"A", "B", "a/1", "a/2", "a/~", "a0", "\xC3\xA4", "zz"}) {
      auto expected = Sorted(keys, prefix);
      std::erase_if(expected, [&](const std::string& key) { return key <= after; });
      std::vector<std::string> listed;
      for (std::optional<Cursor> from = store().After(after); from;) {
        auto page = Value(store().List(plain_, prefix, from, ItemCount{2}));
        for (const auto& entry : page.entries) listed.push_back(entry.key);
        from = std::move(page.next);
      }
      EXPECT_EQ(listed, expected) << "prefix '" << prefix << "', after '" << after << "'";
    }
  }
}

TEST_P(ObjectStoreSuite, CommonPrefixesEndWithTheNextSlash) {
  const auto keys = Possible({"B", "a/", "a/10", "a/b/c", "a/b/d/e", "a//x", "a/\xC3\xA4/x", "a/b c+%/x", "a0", "b/x/y",
                              "/x", "\xC3\xA4/x", "z"});
  PutKeys(keys);
  for (const std::string prefix : {"", "a/", "a", "b/x/", "nothing/"}) {
    std::set<std::string> expected;
    for (const std::string& key : Sorted(keys, prefix)) {
      const auto slash = key.find('/', prefix.size());
      if (slash != key.npos) expected.insert(key.substr(0, slash + 1));
    }
    EXPECT_THAT(Value(store().CommonPrefixes(plain_, prefix)), testing::ElementsAreArray(expected)) << prefix;
  }
}

// They are what a listing is cut at.
TEST_P(ObjectStoreSuite, GoesOnAfterACommonPrefix) {
  const auto keys = Possible({"a-", "a/", "a/1", "a/b/", "a/b/1", "a0", "b//1", "b/1", "b/\xC3\xA4/", "b/\xC3\xA4/1",
                              "\xC3\xA4/1", "\xF0\x9F\x98\x80/1"});
  PutKeys(keys);
  for (const std::string prefix : {"", "a/", "b/"}) {
    for (const std::string& after : Value(store().CommonPrefixes(plain_, prefix))) {
      auto expected = Sorted(keys, prefix);
      std::erase_if(expected, [&](const std::string& key) { return key <= after; });
      std::vector<std::string> listed;
      for (std::optional<Cursor> from = store().After(after); from;) {
        auto page = Value(store().List(plain_, prefix, from, ItemCount{2}));
        for (const auto& entry : page.entries) listed.push_back(entry.key);
        from = std::move(page.next);
      }
      EXPECT_EQ(listed, expected) << "prefix '" << prefix << "', after '" << after << "'";
    }
  }
}

TEST_P(ObjectStoreSuite, DifficultKeysComeBackAsTheyWere) {
  const auto keys = Possible(DifficultKeys());
  PutKeys(keys);
  for (const std::uint64_t limit : {1u, 5u, 100u}) EXPECT_EQ(Keys("", limit), Sorted(keys)) << limit;
  for (const std::string& key : keys) {
    EXPECT_TRUE(Head({plain_, key})) << key;
    EXPECT_THAT(Keys(key), testing::Contains(key)) << "as a prefix of itself";
  }
}

// What a backend cannot hold it refuses, or takes under another name: it is never listed as if it were there.
TEST_P(ObjectStoreSuite, ImpossibleKeysAreNotListed) {
  std::vector<std::string> keys = DifficultKeys();
  std::erase_if(keys, [](const std::string& key) { return !Possible({key}).empty(); });
  EXPECT_EQ(keys.empty(), !GetParam().deviations.keys_are_paths);
  for (const std::string& key : keys) {
    try {
      PutKeys({key});
    } catch (const std::runtime_error&) {
    }
    EXPECT_THAT(Keys(""), testing::Not(testing::Contains(key)));
  }
}

TEST_P(ObjectStoreSuite, PagesOfAnyKeysAreTheSameAsTheWhole) {
  EXPECT_TRUE(rc::check([&] {
    const auto vams = GetParam().open();
    const std::string bucket = vams->Bucket("b");
    vams->CreateBucket({bucket, false, {}});
    std::set<std::string> keys;
    // Few letters, so that prefixes and neighbours occur; few keys, since a server takes them one by one.
    const bool paths = GetParam().deviations.keys_are_paths;
    const auto letter = paths ? rc::gen::element('a', 'b', '-', '~') : rc::gen::element('a', 'b', '/', '\x01', '~');
    const auto some_key = rc::gen::nonEmpty(rc::gen::container<std::string>(letter));
    for (const auto& key : *rc::gen::scale(0.3, rc::gen::container<std::vector<std::string>>(some_key))) {
      keys.insert(key.substr(0, 1024));
    }
    std::vector<LocalObject> objects;
    for (const std::string& key : keys) objects.push_back(Object(bucket, key));
    vams->Put(objects);
    const auto prefix =
        *rc::gen::container<std::string>(paths ? rc::gen::element('a', '-') : rc::gen::element('a', '/', '\x01'));
    const auto limit = *rc::gen::inRange<std::uint64_t>(1, 10);
    if (GetParam().deviations.key_as_prefix_ends_listing && keys.contains(prefix)) return;
    std::vector<std::string> expected;
    for (const std::string& key : keys) {
      if (key.starts_with(prefix)) expected.push_back(key);
    }
    std::vector<std::string> listed;
    std::optional<Cursor> from;
    do {
      ObjectPage page = Value(vams->ports().objects->List(bucket, prefix, from, ItemCount{limit}));
      for (const ObjectEntry& entry : page.entries) listed.push_back(entry.key);
      from = std::move(page.next);
    } while (from);
    RC_ASSERT(listed == expected);
  }));
}

TEST_P(ObjectStoreSuite, ListAndHeadTellTheSame) {
  LocalObject object = Object(plain_, "key", 12345);
  object.metadata = {{"AssetId", "a"}, {"databaseid", "\xC3\xA4"}, {"empty", ""}};
  vams_->Put({object});
  const auto head = Head({plain_, "key"});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size, 12345u);
  if (GetParam().deviations.takes_given_facts) {
    EXPECT_EQ(head->etag, "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(head->last_modified, ParseIso("2025-03-04T05:06:07Z"));
  } else {
    EXPECT_THAT(head->etag, testing::MatchesRegex("[0-9a-f]{32}"));
    EXPECT_LT(std::chrono::abs(head->last_modified - SystemClock().Now()), std::chrono::hours(1));
  }
  EXPECT_EQ(head->version_id, std::nullopt);
  ASSERT_NE(head->FindMetadata("assetid"), nullptr) << "names in small letters";
  EXPECT_EQ(*head->FindMetadata("assetid"), "a");
  EXPECT_EQ(*head->FindMetadata("databaseid"), GetParam().deviations.umlaut_in_metadata);
  EXPECT_EQ(*head->FindMetadata("empty"), "");
  EXPECT_THAT(head->metadata, SizeIs(3));

  const ObjectPage page = Value(store().List(plain_, "", std::nullopt, ItemCount{10}));
  ASSERT_THAT(page.entries, SizeIs(1));
  const ObjectEntry& entry = page.entries[0];
  EXPECT_EQ(entry.size, head->size);
  EXPECT_EQ(entry.etag, head->etag);
  EXPECT_EQ(entry.last_modified, head->last_modified);
  if (entry.head) {
    EXPECT_EQ(entry.head->metadata, head->metadata);
    EXPECT_EQ(entry.head->version_id, head->version_id);
  }
}

TEST_P(ObjectStoreSuite, OnlyTheCurrentVersionCounts) {
  LocalObject first = Object(versioned_, "key", 1);
  first.version_id = "version-1";
  LocalObject second = Object(versioned_, "key", 2);
  second.version_id = "version-2";
  vams_->Put({first, second, Object(versioned_, "other")});
  EXPECT_THAT(Keys("", 1, versioned_), ElementsAre("key", "other"));
  EXPECT_EQ(Head({versioned_, "key"})->size, 2u);
  if (GetParam().deviations.takes_given_facts) {
    EXPECT_EQ(Head({versioned_, "key"})->version_id, "version-2");
  }
  EXPECT_NE(Head({versioned_, "key"})->version_id, Head({versioned_, "other"})->version_id);
  EXPECT_NE(Head({versioned_, "other"})->version_id, std::nullopt) << "a version id is made where none is given";
}

TEST_P(ObjectStoreSuite, ADeleteMarkerHidesTheObject) {
  vams_->Put({Object(versioned_, "key"), Object(versioned_, "other")});
  vams_->Delete({versioned_, "key"});
  EXPECT_THAT(Keys("", 1, versioned_), ElementsAre("other"));
  EXPECT_EQ(Head({versioned_, "key"}), std::nullopt);
  vams_->Put({Object(versioned_, "key", 3)});
  EXPECT_EQ(Head({versioned_, "key"})->size, 3u);
  LocalObject marker = Object(versioned_, "key");
  marker.delete_marker = true;
  vams_->Put({marker});
  EXPECT_EQ(Head({versioned_, "key"}), std::nullopt);
}

TEST_P(ObjectStoreSuite, WithoutVersionsAnObjectIsReplacedAndRemoved) {
  vams_->Put({Object(plain_, "key", 1)});
  vams_->Put({Object(plain_, "key", 2)});
  EXPECT_EQ(Head({plain_, "key"})->size, 2u);
  vams_->Delete({plain_, "key"});
  EXPECT_EQ(Head({plain_, "key"}), std::nullopt);
  EXPECT_THAT(Keys(""), IsEmpty());
}

TEST_P(ObjectStoreSuite, NoBucket) {
  EXPECT_EQ(CodeOf(store().List(vams_->Bucket("nowhere"), "", std::nullopt, ItemCount{1})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().CommonPrefixes(vams_->Bucket("nowhere"), "")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().CreatedTopics(vams_->Bucket("nowhere"))), ErrorCode::kNotFound);
  EXPECT_EQ(Head({vams_->Bucket("nowhere"), "key"}), std::nullopt) << "a HEAD cannot tell that from an absent object";
}

TEST_P(ObjectStoreSuite, RefusesBadPages) {
  EXPECT_EQ(CodeOf(store().List(plain_, "", std::nullopt, ItemCount{0})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(store().List(plain_, "", Cursor{}, ItemCount{1})), ErrorCode::kInvalid);
}

TEST_P(ObjectStoreSuite, APageHoldsAtMostAThousand) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1100; ++i) keys.push_back(fmt::format("{:05}", i));
  PutKeys(keys);
  EXPECT_LE(Value(store().List(plain_, "", std::nullopt, ItemCount{5000})).entries.size(), 1000u);
  EXPECT_EQ(Keys(""), keys);
  EXPECT_THAT(Value(store().CommonPrefixes(plain_, "")), IsEmpty());
}

TEST_P(ObjectStoreSuite, AtMostAThousandCommonPrefixes) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1100; ++i) keys.push_back(fmt::format("{:05}/x", i));
  PutKeys(keys);
  const auto common = Value(store().CommonPrefixes(plain_, ""));
  ASSERT_THAT(common, SizeIs(1000));
  EXPECT_EQ(common.front(), "00000/");
  EXPECT_EQ(common.back(), "00999/");
}

TEST_P(ObjectStoreSuite, HeadManyAnswersInOrder) {
  PutKeys({"a", "b"});
  const std::vector<ObjectRef> refs{{plain_, "b"}, {plain_, "nothing"}, {versioned_, "a"}, {plain_, "a"}};
  const auto heads = Value(store().HeadMany(refs));
  ASSERT_THAT(heads, SizeIs(4));
  EXPECT_TRUE(Value(heads[0]));
  EXPECT_FALSE(Value(heads[1]));
  EXPECT_FALSE(Value(heads[2]));
  EXPECT_TRUE(Value(heads[3]));
  EXPECT_THAT(Value(store().HeadMany({})), IsEmpty());
}

TEST_P(ObjectStoreSuite, CreatedTopics) {
  switch (GetParam().deviations.notifications) {
    case Deviations::Notifications::kTopics: break;
    case Deviations::Notifications::kNever: EXPECT_THAT(Value(store().CreatedTopics(plain_)), IsEmpty()); return;
    case Deviations::Notifications::kRefused: EXPECT_FALSE(store().CreatedTopics(plain_)); return;
  }
  EXPECT_THAT(Value(store().CreatedTopics(plain_)), ElementsAre(vams_->Topic()));
  EXPECT_THAT(Value(store().CreatedTopics(versioned_)), IsEmpty());
}

TEST_P(ObjectStoreSuite, ACursorIsGoodInAnotherProcessWhileOthersWrite) {
  PutKeys({"a", "b", "c", "d"});
  const ObjectPage first = Value(store().List(plain_, "", std::nullopt, ItemCount{2}));
  vams_->Delete({plain_, "b"});
  PutKeys({"aa", "ca"});
  Deployment other = vams_->OpenAgain();
  std::vector<std::string> rest;
  for (const ObjectEntry& entry : Value(other.objects->List(plain_, "", first.next, ItemCount{10})).entries) {
    rest.push_back(entry.key);
  }
  EXPECT_THAT(rest, ElementsAre("c", "ca", "d"));
}

TEST_P(ObjectStoreSuite, TakesCallsOfSeveralThreads) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) keys.push_back(fmt::format("key-{:02}", i));
  PutKeys(keys);
  std::atomic<std::size_t> seen{0};
  InThreads(4, [&](std::size_t) {
    for (int i = 0; i < 10; ++i) {
      seen += Keys("", 7).size();
      seen += Head({plain_, "key-00"}) ? 1 : 0;
    }
  });
  EXPECT_EQ(seen, 4u * 10 * 51);
}

INSTANTIATE_TEST_SUITE_P(All, ObjectStoreSuite, testing::ValuesIn(ObjectBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
