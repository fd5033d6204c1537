#include "config/aws_name_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/pasted_text.h"

namespace vams {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool HasOnly(std::string_view text, std::string_view punctuation) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

// As IsRegionName of net, which this room does not see, and no zone of one: us-east-1a.
bool IsRegion(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  if (text.empty() || text.size() > kLongest || text.front() == '-' || text.back() == '-') return false;
  const bool is_zone = text.size() > 3 && kLower.find(text.back()) != std::string_view::npos &&
                       kDigits.find(text[text.size() - 2]) != std::string_view::npos && text[text.size() - 3] == '-';
  return !is_zone && std::ranges::all_of(text, [](char c) {
    return c == '-' || kLower.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos;
  });
}

// arn:PARTITION:sns:REGION:ACCOUNT:NAME
bool IsTopicArn(std::string_view arn) {
  const auto parts = Split(arn, ':');
  return parts.size() == 6 && parts[0] == "arn" && !parts[1].empty() && parts[2] == "sns" && !parts[3].empty() &&
         IsRegion(parts[3]) && parts[4].size() == 12 && parts[4].find_first_not_of(kDigits) == std::string_view::npos &&
         !parts[5].empty() && HasOnly(parts[5], "-_.");
}

std::optional<std::string> WrongTopic(std::string_view arn) {
  if (!IsTopicArn(arn)) {
    return "expected the ARN of a topic (arn:aws:sns:REGION:ACCOUNT:NAME), found " + QuotedValue(arn);
  }
  if (arn.ends_with(".fifo")) {
    return "expected the ARN of a standard topic, found the FIFO topic " + QuotedValue(arn) +
           ": S3 notifies standard topics only";
  }
  return std::nullopt;
}

std::optional<std::string> WrongTopics(const TopicChoice& topics) {
  if (const auto* single = std::get_if<SingleTopic>(&topics)) {
    return single->arn.empty() ? std::nullopt : WrongTopic(single->arn);
  }
  if (const auto* by_bucket = std::get_if<TopicByBucket>(&topics)) {
    for (const auto& [bucket, arn] : by_bucket->arn_by_bucket) {
      if (auto wrong = WrongTopic(arn)) return wrong;
    }
  }
  return std::nullopt;
}

// Whether the last part of a parameter's name holds the word: the parts before are the deployment's own.
bool Mentions(std::string_view name, std::string_view word) {
  return AsciiLower(name.substr(name.rfind('/') + 1)).find(word) != std::string::npos;
}

}  // namespace

std::vector<WrongAwsName> CheckAwsNames(const Options& o) {
  std::vector<WrongAwsName> wrong;
  const auto check = [&](std::string_view key, const std::string& name, std::string_view punctuation,
                         std::string_view expected) {
    if (name.empty() || HasOnly(name, punctuation)) return;
    wrong.push_back({key, fmt::format("expected {}, found {}", expected, QuotedValue(name))});
  };
  // An ARN stands for a name wherever DynamoDB and SSM take one.
  constexpr std::string_view kTable = "the name of a table (letters, digits, '-', '_' and '.')";
  constexpr std::string_view kParameter = "the name of an SSM parameter (letters, digits, '/', '-', '_' and '.')";
  check("asset_storage_table_name", o.asset_storage_table, "-_.:/", kTable);
  check("s3_asset_buckets_table_name", o.s3_asset_buckets_table, "-_.:/", kTable);
  check("metadata_storage_table_name", o.metadata_table, "-_.:/", kTable);
  check("asset_links_storage_table_v2_name", o.link_table, "-_.:/", kTable);
  check("asset_versions_storage_table_name", o.version_table, "-_.:/", kTable);
  check("opensearch_asset_index_ssm_param", o.asset_index_parameter, "-_./:", kParameter);
  check("opensearch_file_index_ssm_param", o.file_index_parameter, "-_./:", kParameter);
  check("opensearch_endpoint_ssm_param", o.endpoint_parameter, "-_./:", kParameter);
  if (auto topic = WrongTopics(o.topics)) wrong.push_back({"s3_object_created_sns_topic_arn", *std::move(topic)});
  if (o.aws_region && !IsRegion(*o.aws_region)) {
    wrong.push_back(
        {"aws_region", fmt::format("expected a region such as us-east-1, found {}", QuotedValue(*o.aws_region))});
  }
  const std::string& assets = o.asset_index_parameter;
  const std::string& files = o.file_index_parameter;
  if (!assets.empty() && assets == files) {
    wrong.push_back({"opensearch_file_index_ssm_param",
                     fmt::format("names the same parameter as opensearch_asset_index_ssm_param, {}; expected the one "
                                 "that holds the file index's name",
                                 QuotedValue(files))});
  } else if (Mentions(assets, "file") && !Mentions(assets, "asset") && Mentions(files, "asset") &&
             !Mentions(files, "file")) {
    wrong.push_back(
        {"opensearch_asset_index_ssm_param", fmt::format("{} and opensearch_file_index_ssm_param {} look swapped",
                                                         QuotedValue(assets), QuotedValue(files))});
  }
  return wrong;
}

}  // namespace vams
