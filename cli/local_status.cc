#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr ItemCount kParkedShown{20};

struct FileCheck {
  std::uint64_t looked_at = 0;
  std::vector<LocalFileProblem> problems;
};

class LocalStatusCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local status",
            .summary = "what is in an embedded VAMS, and what waits to be indexed",
            .example = "vams-migrate local status --local my-vams",
            .kind = CommandKind::kLocal,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {"compatibility", "progress"}};
  }
  void Define(Flags& flags) override {
    flags.Switch("--check-files", check_files_, "also look whether each file that is not copied is still the same");
  }

  Exit Run(Invocation& in) override {
    auto vams = OpenLocalVams(in);
    if (!vams) return in.output.Failure(vams.error());
    const auto status = (*vams)->ReadStatus();
    if (!status) return in.output.Failure(status.error());
    const auto parked = (*vams)->ReadParked(kParkedShown);
    if (!parked) return in.output.Failure(parked.error());
    std::optional<FileCheck> files;
    if (check_files_) {
      files.emplace();
      const auto looked_at =
          (*vams)->CheckFiles([&](const LocalFileProblem& problem) { files->problems.push_back(problem); });
      if (!looked_at) return in.output.Failure(looked_at.error());
      files->looked_at = *looked_at;
    }
    Print(in.output, *status, *parked);
    if (files) Print(in.output, *files);
    Json json = AsJson(*status, *parked);
    if (files) json["file_check"] = AsJson(*files);
    in.output.Json(json);
    return files && !files->problems.empty() ? Exit::kDifferences : Exit::kOk;
  }

 private:
  static void Print(Output& output, const LocalStatus& status, const std::vector<LocalParked>& parked) {
    for (const auto& [table, items] : status.items) {
      output.Line(fmt::format("table {:<22} {:>12} items", LocalTableName(table), Grouped(items)));
    }
    for (const auto& bucket : status.buckets) {
      output.Line(fmt::format("bucket {:<21} {:>12} objects, {} bytes{}", Printable(bucket.name),
                              Grouped(bucket.objects), Grouped(bucket.bytes), bucket.versioned ? ", versioned" : ""));
    }
    for (const auto& index : status.indexes) {
      output.Line(index.exists
                      ? fmt::format("index {:<22} {:>12} documents, {} bytes", index.name, Grouped(index.documents),
                                    Grouped(index.size_bytes))
                      : fmt::format("index {:<22} missing; 'vams-migrate indexes create' makes it", index.name));
    }
    output.Line(fmt::format("waiting to be indexed: {} changes, {} file events", Grouped(Changes(status)),
                            Grouped(status.queue_visible + status.queue_in_flight)));
    if (status.parked > 0) {
      output.Line(fmt::format("set aside as never to be indexed: {}", Grouped(status.parked)));
      for (const LocalParked& one : parked) {
        output.Line(fmt::format("  {} from the {}: {}", FormatIsoSeconds(one.at), one.origin, Printable(one.reason)));
      }
    }
    for (const auto& file : status.files)
      output.Line(fmt::format("file {:<23} {:>12} bytes", file.name, Grouped(file.bytes)));
  }

  static void Print(Output& output, const FileCheck& files) {
    for (const LocalFileProblem& problem : files.problems) {
      output.Line(fmt::format("{}: {} ({}/{})", problem.missing ? "missing" : "changed", Printable(problem.file),
                              problem.ref.bucket, Printable(problem.ref.key)));
    }
    output.Line(fmt::format("looked at {} files, {} missing or changed", Grouped(files.looked_at),
                            Grouped(files.problems.size())));
  }

  // Before a consumer has confirmed anything, all that is kept waits.
  static std::uint64_t Changes(const LocalStatus& status) {
    if (status.consumers.empty()) return status.stream_records;
    std::uint64_t changes = 0;
    for (const auto& consumer : status.consumers) changes += consumer.backlog;
    return changes;
  }

  static Json AsJson(const LocalStatus& status, const std::vector<LocalParked>& parked) {
    Json out;
    for (const auto& [table, items] : status.items) out["tables"][std::string(LocalTableName(table))] = items;
    out["buckets"] = Json::array();
    for (const auto& bucket : status.buckets) {
      out["buckets"].push_back({{"name", bucket.name},
                                {"versioned", bucket.versioned},
                                {"topics", bucket.topics},
                                {"objects", bucket.objects},
                                {"bytes", bucket.bytes}});
    }
    out["indexes"] = Json::array();
    for (const auto& index : status.indexes) {
      out["indexes"].push_back({{"name", index.name},
                                {"exists", index.exists},
                                {"documents", index.documents},
                                {"size_bytes", index.size_bytes}});
    }
    out["pending"] = {
        {"changes", Changes(status)}, {"events", status.queue_visible}, {"events_in_flight", status.queue_in_flight}};
    out["parked"] = {{"count", status.parked}, {"newest", Json::array()}};
    for (const LocalParked& one : parked) {
      out["parked"]["newest"].push_back(
          {{"at", FormatIsoMillis(one.at)}, {"origin", one.origin}, {"reason", one.reason}, {"body", one.body}});
    }
    out["files"] = Json::array();
    for (const auto& file : status.files) out["files"].push_back({{"name", file.name}, {"bytes", file.bytes}});
    return out;
  }

  static Json AsJson(const FileCheck& files) {
    Json problems = Json::array();
    for (const LocalFileProblem& problem : files.problems) {
      problems.push_back({{"bucket", problem.ref.bucket},
                          {"key", problem.ref.key},
                          {"file", problem.file},
                          {"problem", problem.missing ? "missing" : "changed"}});
    }
    return {{"looked_at", files.looked_at}, {"problems", std::move(problems)}};
  }

  bool check_files_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLocalStatus() { return std::make_unique<LocalStatusCommand>(); }

}  // namespace vams::cli
