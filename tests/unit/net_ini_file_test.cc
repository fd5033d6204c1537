#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "net/credentials/ini_file.h"

namespace vams {
namespace {

std::string Value(const std::vector<IniSection>& sections, std::size_t section, const std::string& key) {
  const auto& settings = sections.at(section).settings;
  const auto found = settings.find(key);
  return found == settings.end() ? "(absent)" : std::string(found->second.value.Reveal());
}

TEST(IniFile, ReadsSectionsSettingsAndComments) {
  const auto sections = ParseIni(
      "\xEF\xBB\xBF# a comment\r\n"
      "[default]\r\n"
      "Region = eu-west-1\r\n"
      "  \r\n"
      "; another\r\n"
      "[ profile prod ] trailing\r\n"
      "role_arn: arn:aws:iam::1:role/x\r\n"
      "equals=a=b:c\r\n"
      "hash=a # b\r\n"
      "empty =\r\n",
      "config");
  ASSERT_TRUE(sections) << sections.error().message;
  ASSERT_EQ(sections->size(), 2u);
  EXPECT_EQ((*sections)[0].name, "default");
  EXPECT_EQ((*sections)[0].line, 2);
  EXPECT_EQ(Value(*sections, 0, "region"), "eu-west-1");
  EXPECT_EQ((*sections)[0].settings.at("region").line, 3);
  EXPECT_EQ((*sections)[1].name, "profile prod");
  EXPECT_EQ(Value(*sections, 1, "role_arn"), "arn:aws:iam::1:role/x");
  EXPECT_EQ(Value(*sections, 1, "equals"), "a=b:c");
  EXPECT_EQ(Value(*sections, 1, "hash"), "a # b");
  EXPECT_EQ(Value(*sections, 1, "empty"), "");
}

TEST(IniFile, ReadsABlockBelowASetting) {
  const auto sections = ParseIni(
      "[services local]\n"
      "s3 =\n"
      "  endpoint_url = http://127.0.0.1:9000\n"
      "  # a comment\n"
      "\n"
      "  Addressing_Style=path\n"
      "sqs =\n"
      "    endpoint_url = http://127.0.0.1:9324\n"
      "plain = x\n",
      "config");
  ASSERT_TRUE(sections) << sections.error().message;
  const auto& settings = sections->at(0).settings;
  EXPECT_EQ(settings.at("s3").block.at("endpoint_url").Reveal(), "http://127.0.0.1:9000");
  EXPECT_EQ(settings.at("s3").block.at("addressing_style").Reveal(), "path");
  EXPECT_EQ(settings.at("sqs").block.at("endpoint_url").Reveal(), "http://127.0.0.1:9324");
  EXPECT_TRUE(settings.at("s3").value.empty());
  EXPECT_EQ(settings.at("plain").value.Reveal(), "x");
}

TEST(IniFile, AnIndentedLineGoesOnWithAValue) {
  const auto sections = ParseIni("[a]\ncommand = one\n   two\n\n   three\n  \nnext = 1\n", "f");
  ASSERT_TRUE(sections) << sections.error().message;
  EXPECT_EQ(Value(*sections, 0, "command"), "one\ntwo\n\nthree");
  EXPECT_EQ(Value(*sections, 0, "next"), "1");
}

TEST(IniFile, SettingsMayAllBeIndented) {
  const auto sections = ParseIni("  [a]\n  x = 1\n  y = 2\n", "f");
  ASSERT_TRUE(sections) << sections.error().message;
  EXPECT_EQ(Value(*sections, 0, "x"), "1");
  EXPECT_EQ(Value(*sections, 0, "y"), "2");
}

struct BadFile {
  const char* text;
  const char* message;
};
class IniFileRefuses : public testing::TestWithParam<BadFile> {};

TEST_P(IniFileRefuses, WithFileAndLineAndNothingOfTheContent) {
  const auto sections = ParseIni(GetParam().text, "/a/credentials");
  ASSERT_FALSE(sections);
  EXPECT_EQ(sections.error().code, ErrorCode::kUsage);
  EXPECT_EQ(sections.error().message, GetParam().message);
  EXPECT_EQ(sections.error().message.find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, IniFileRefuses,
    testing::Values(
        BadFile{"[a]\naws_secret_access_key hunter2\n",
                "/a/credentials:2: not a section, setting (key = value) or comment"},
        BadFile{"aws_secret_access_key = hunter2\n", "/a/credentials:1: a setting stands before the first [section]"},
        BadFile{"\n[default\n", "/a/credentials:2: a section must look like [name]"},
        BadFile{"[ ]\n", "/a/credentials:1: a section must look like [name]"},
        BadFile{"[a]\n= hunter2\n", "/a/credentials:2: a setting has no name in front of the '='"},
        BadFile{"[a]\nx = hunter2\nX = hunter2\n", "/a/credentials:3: x stands in line 2 of the same section already"},
        BadFile{"[a]\n[b]\n[a]\n", "/a/credentials:3: section [a] stands in line 1 already"},
        BadFile{"[a]\ns3 =\n  hunter2\n", "/a/credentials:2: a block below a setting must hold lines of key = value"},
        BadFile{"[a]\nx = \xFF hunter2\n", "/a/credentials:2: not UTF-8 text"}));

RC_GTEST_PROP(IniFileProperty, WhatIsWrittenIsReadAgain, ()) {
  // Small on purpose: a file has a few short settings, and shrinking maps of maps of long strings takes minutes.
  const auto word = rc::gen::resize(
      8, rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abz019_-./+")))));
  const auto settings_of_one = rc::gen::resize(5, rc::gen::container<std::map<std::string, std::string>>(word, word));
  const auto sections = *rc::gen::resize(
      5, rc::gen::container<std::map<std::string, std::map<std::string, std::string>>>(word, settings_of_one));
  std::string text;
  for (const auto& [name, settings] : sections) {
    text += "[" + name + "]\n";
    for (const auto& [key, value] : settings) text += key + " = " + value + "\n# c\n\n";
  }
  const auto read = ParseIni(text, "f");
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->size() == sections.size());
  for (const IniSection& section : *read) {
    const auto& expected = sections.at(section.name);
    RC_ASSERT(section.settings.size() == expected.size());
    for (const auto& [key, setting] : section.settings) RC_ASSERT(setting.value.Reveal() == expected.at(key));
  }
}

RC_GTEST_PROP(IniFileProperty, AnyTextIsReadOrRefusedByLine, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab[]=:#; \t\n\r\\\"\xC3\xA9")));
  const auto read = ParseIni(text, "f");
  if (!read) {
    RC_ASSERT(read.error().message.starts_with("f:"));
    return;
  }
  std::set<std::string> names;
  for (const IniSection& section : *read) RC_ASSERT(names.insert(section.name).second);
}

}  // namespace
}  // namespace vams
