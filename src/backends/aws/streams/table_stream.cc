#include "backends/aws/streams/table_stream.h"

#include <nlohmann/json.hpp>

#include "backends/aws/json_field.h"

namespace vams::aws {

using Json = nlohmann::ordered_json;

Result<std::string> StreamArnOf(const DynamoTable& table) {
  TRY_ASSIGN(const Json description, table.Describe());
  const auto specification = description.find("StreamSpecification");
  const bool has_specification = specification != description.end() && specification->is_object();
  const bool enabled = has_specification && specification->value("StreamEnabled", Json()) == true;
  std::string stream = TextField(description, "LatestStreamArn");
  const std::string enable = fmt::format(
      "aws dynamodb update-table --table-name {} --stream-specification "
      "StreamEnabled=true,StreamViewType=NEW_IMAGE",
      table.name());
  if (!enabled || stream.empty()) {
    return std::unexpected(MakeError(ErrorCode::kPrecondition, "table {} has no change stream", table.name())
                               .WithOperation("dynamodb:DescribeTable")
                               .WithHint("enable it: " + enable));
  }
  const std::string view = TextField(*specification, "StreamViewType");
  if (view != "NEW_IMAGE" && view != "NEW_AND_OLD_IMAGES") {
    return std::unexpected(MakeError(ErrorCode::kPrecondition,
                                     "the change stream of table {} is of the type {}, which does not tell what was "
                                     "written",
                                     table.name(), view)
                               .WithOperation("dynamodb:DescribeTable")
                               .WithHint("disable it and enable it with new images: " + enable));
  }
  return stream;
}

}  // namespace vams::aws
