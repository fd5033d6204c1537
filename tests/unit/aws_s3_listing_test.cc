#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "backends/aws/objects/s3_listing.h"
#include "base/clock.h"
#include "base/percent.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Contents(const std::string& key, const std::string& more = {}) {
  return "<Contents><Key>" + key + "</Key><LastModified>2025-03-04T05:06:07.000Z</LastModified>" +
         "<ETag>&quot;abc&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass>" + more + "</Contents>";
}
std::string Listing(const std::string& inside, const std::string& truncated = "false") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><IsTruncated>" +
         truncated + "</IsTruncated>" + inside + "</ListBucketResult>";
}
const std::string kUrl = "<EncodingType>url</EncodingType>";

std::string KeyOf(const std::string& body) {
  const auto listing = ReadListing(body);
  if (!listing) return listing.error().message;
  return listing->entries.size() == 1 ? listing->entries[0].key : "not one entry";
}
std::string Refusal(const std::string& body) {
  const auto listing = ReadListing(body);
  if (listing) return "accepted";
  EXPECT_EQ(listing.error().code, ErrorCode::kBadReply);
  EXPECT_EQ(Printable(listing.error().message), listing.error().message);
  return listing.error().message;
}

TEST(S3Listing, AnEntry) {
  const auto listing = ReadListing(Listing(Contents("a")));
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_THAT(listing->entries, SizeIs(1));
  const ObjectEntry& entry = listing->entries[0];
  EXPECT_EQ(entry.key, "a");
  EXPECT_EQ(entry.size, 12u);
  EXPECT_EQ(entry.etag, "abc");
  EXPECT_EQ(entry.last_modified, *ParseIso("2025-03-04T05:06:07Z"));
  EXPECT_FALSE(entry.head);
  EXPECT_FALSE(listing->next_token);
}

TEST(S3Listing, TimesAreThoseOfAHead) {
  const auto listing = ReadListing(
      Listing("<Contents><Key>a</Key><LastModified>2025-03-04T05:06:07.987Z</LastModified><Size>1</Size></Contents>"));
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->entries[0].last_modified, *ParseIso("2025-03-04T05:06:07Z"));
}

TEST(S3Listing, DecodesOnlyWhatIsSaidToBeEncoded) {
  EXPECT_EQ(KeyOf(Listing(kUrl + Contents("a+b%20c%2Bd%25"))), "a b c+d%");
  EXPECT_EQ(KeyOf(Listing(Contents("a+b%20c"))), "a+b%20c");
  EXPECT_EQ(KeyOf(Listing("<EncodingType/>" + Contents("a+b"))), "a+b");
  EXPECT_EQ(KeyOf(Listing(kUrl + Contents("%01%0A%7F"))), "\x01\n\x7F");
  EXPECT_EQ(KeyOf(Listing(kUrl + Contents("100%"))), "100%") << "half an escape stays";
}

TEST(S3Listing, ThePositionOfEncodingTypeDoesNotMatter) { EXPECT_EQ(KeyOf(Listing(Contents("a+b") + kUrl)), "a b"); }

TEST(S3Listing, UnencodedKeysKeepTheirSpaceAndReferences) {
  EXPECT_EQ(KeyOf(Listing(Contents(" "))), " ");
  EXPECT_EQ(KeyOf(Listing(Contents("  a  "))), "  a  ");
  EXPECT_EQ(KeyOf(Listing(Contents("&amp;&lt;&gt;&apos;&quot;&#x1;&#13;&#228;"))), "&<>'\"\x01\r\xC3\xA4");
  EXPECT_EQ(KeyOf(Listing(Contents("<![CDATA[a&b<c]]>"))), "a&b<c");
}

TEST(S3Listing, TokensAreNeverDecoded) {
  const auto listing =
      ReadListing(Listing(kUrl + "<NextContinuationToken>a+b%20=</NextContinuationToken>" + Contents("k"), "true"));
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->next_token, "a+b%20=");
}

TEST(S3Listing, WhatTheServiceUnderstood) {
  const auto listing =
      ReadListing(Listing(kUrl + "<Prefix>a+b/</Prefix><Delimiter>%2F</Delimiter><StartAfter>a+b/c%25</StartAfter>"
                                 "<CommonPrefixes><Prefix>a+b/c/</Prefix></CommonPrefixes>"
                                 "<CommonPrefixes><Prefix>a+b/%2B/</Prefix></CommonPrefixes>"));
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->prefix, "a b/");
  EXPECT_EQ(listing->delimiter, "/");
  EXPECT_EQ(listing->start_after, "a b/c%");
  EXPECT_THAT(listing->common_prefixes, ElementsAre("a b/c/", "a b/+/"));
}

TEST(S3Listing, AnEmptyPageMayHaveMoreBehindIt) {
  const auto listing = ReadListing(Listing("<NextContinuationToken>t</NextContinuationToken>", "true"));
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->entries, IsEmpty());
  EXPECT_EQ(listing->next_token, "t");
  EXPECT_FALSE(ReadListing(Listing("<NextContinuationToken>t</NextContinuationToken>"))->next_token)
      << "a token without more is none";
}

TEST(S3Listing, RefusesHalfAListing) {
  EXPECT_THAT(Refusal(""), HasSubstr("no well-formed XML"));
  EXPECT_THAT(Refusal("garbage"), HasSubstr("XML"));
  EXPECT_THAT(Refusal("<html><body>proxy</body></html>"), HasSubstr("<html> where <ListBucketResult> is expected"));
  EXPECT_THAT(Refusal("<Error><Code>SlowDown</Code></Error>"), HasSubstr("<Error>"));
  EXPECT_THAT(Refusal(Listing("") + Listing("")), HasSubstr("more than one"));
  EXPECT_THAT(Refusal("<ListBucketResult/>"), HasSubstr("no <IsTruncated>"));
  EXPECT_THAT(Refusal(Listing("", "perhaps")), HasSubstr("IsTruncated is 'perhaps'"));
  EXPECT_THAT(Refusal(Listing("", "true")), HasSubstr("no <NextContinuationToken>"));
  EXPECT_THAT(Refusal(Listing("<NextContinuationToken/>", "true")), HasSubstr("the token to get it is empty"));
  EXPECT_THAT(Refusal(Listing("<EncodingType>base64</EncodingType>")), HasSubstr("unknown encoding 'base64'"));
  const std::string whole = Listing(Contents("a") + Contents("b"));
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(ReadListing(whole.substr(0, n))) << n;
}

TEST(S3Listing, RefusesABadEntry) {
  EXPECT_THAT(Refusal(Listing("<Contents/>")), HasSubstr("no <Key>"));
  EXPECT_THAT(Refusal(Listing(Contents(""))), HasSubstr("'' is no key"));
  EXPECT_THAT(Refusal(Listing(Contents("a", "<Key>b</Key>"))), HasSubstr("several <Key>"));
  EXPECT_THAT(Refusal(Listing(Contents("<b/>"))), HasSubstr("more than a text"));
  for (const char* key : {"a<!-- -->b<i/>", "a<b/>", "<b/>a", "a<!-- -->b", "a<![CDATA[b]]>", "<![CDATA[a]]>b"}) {
    EXPECT_THAT(Refusal(Listing(Contents(key))), HasSubstr("more than a text")) << key;
  }
  EXPECT_THAT(Refusal(Listing(Contents(std::string(1025, 'k')))), HasSubstr("is no key"));
  EXPECT_THAT(Refusal(Listing(kUrl + Contents("%FF"))), HasSubstr("is no key"));
  EXPECT_THAT(Refusal(Listing(Contents("\xFF"))), HasSubstr("is no key"));
  for (const char* size : {"", "-1", "1x", " 1", "18446744073709551616"}) {
    const std::string entry = "<Contents><Key>a</Key><LastModified>2025-03-04T05:06:07.000Z</LastModified><Size>" +
                              std::string(size) + "</Size></Contents>";
    EXPECT_THAT(Refusal(Listing(entry)), HasSubstr("is no size")) << size;
  }
  EXPECT_THAT(Refusal(Listing("<Contents><Key>a</Key><Size>1</Size><LastModified>today</LastModified></Contents>")),
              HasSubstr("'today' is no time"));
}

TEST(S3Listing, RefusesTextThatWouldChangeWithoutAWord) {
  EXPECT_THAT(Refusal(Listing(Contents(std::string("a\0b", 3)))), HasSubstr("zero byte"));
  for (const char* text : {"a&#0;b", "a&#x00;b", "a&nbsp;b", "a&b", "a&;b", "a&#;", "a&#x110000;", "a&#xG;"}) {
    EXPECT_THAT(Refusal(Listing(Contents(text))), HasSubstr("no reference")) << text;
  }
}

TEST(S3Listing, AHugePage) {
  std::string inside = kUrl;
  for (int i = 0; i < 20000; ++i) inside += Contents(std::string(900, 'k') + std::to_string(i));
  const auto listing = ReadListing(Listing(inside));
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->entries, SizeIs(20000));
  EXPECT_EQ(listing->entries.back().key, std::string(900, 'k') + "19999");
}

TEST(S3Listing, Etags) {
  EXPECT_EQ(UnquotedEtag("\"abc-2\""), "abc-2");
  EXPECT_EQ(UnquotedEtag("abc"), "abc");
  EXPECT_EQ(UnquotedEtag("\""), "\"");
  EXPECT_EQ(UnquotedEtag("\"\""), "");
}

std::string XmlEscaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\r': out += "&#13;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}
rc::Gen<std::string> AnyKey(bool with_zero) {
  return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<char32_t>>(rc::gen::oneOf(
                          rc::gen::inRange<char32_t>(with_zero ? 0 : 1, 0x80),
                          rc::gen::element<char32_t>(' ', '+', '%', '/', '&', '<', '\r', '\n', 0xE4),
                          rc::gen::inRange<char32_t>(0x80, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x110000)))),
                      [](const std::vector<char32_t>& points) {
                        std::string key;
                        for (std::size_t i = 0; i < points.size() && key.size() < 1000; ++i) AppendUtf8(key, points[i]);
                        return key;
                      });
}

// The two forms in which servers write a space, and the form of those that encode nothing.
TEST(S3Listing, AnyKeyComesBack) {
  EXPECT_TRUE(rc::check([] {
    const std::string key = *AnyKey(/*with_zero=*/true);
    std::string plus = PercentEncode(key, "/ ");
    std::ranges::replace(plus, ' ', '+');
    RC_ASSERT(KeyOf(Listing(kUrl + Contents(plus))) == key);
    RC_ASSERT(KeyOf(Listing(kUrl + Contents(PercentEncode(key)))) == key);
  }));
  EXPECT_TRUE(rc::check([] {
    const std::string key = *AnyKey(/*with_zero=*/false);
    RC_ASSERT(KeyOf(Listing(Contents(XmlEscaped(key)))) == key);
  }));
}

}  // namespace
}  // namespace vams::aws
