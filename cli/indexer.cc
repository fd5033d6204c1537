#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"
#include "run/indexing/indexer_service.h"

namespace vams::cli {
namespace {

nlohmann::ordered_json AsJson(const ServiceCounts& counts) {
  return {{"taken", counts.taken},     {"indexed", counts.indexed}, {"partial", counts.partial},
          {"deleted", counts.deleted}, {"skipped", counts.skipped}, {"invalid", counts.invalid},
          {"set_aside", counts.parked}};
}

// Both services but for what they receive from.
class IndexerCommand : public Command {
 public:
  void Define(Flags& flags) override {
    flags.Value("--until-idle", until_idle_, "TIME", "end when nothing has come for this long (30s, 5m)");
  }

 protected:
  Exit RunService(Invocation& in, ServiceKind kind, VamsNeeds needs) {
    std::optional<Duration> idle;
    if (!until_idle_.empty()) {
      idle = ParseDuration(until_idle_);
      if (!idle) {
        return in.output.Failure(
            MakeError(ErrorCode::kUsage, "--until-idle: expected a time such as 90s or 5m, found {}", until_idle_));
      }
    }
    Console console(in, LogTo::kStandardError);
    needs.indexes = true;
    needs.documents = true;
    auto deployment = OpenVams(in, std::move(needs), &console.log());
    if (!deployment) return in.output.Failure(deployment.error());
    const auto counts =
        RunIndexerService(kind, in.options, *deployment, in.context.clock, console.log(), in.context.stop, idle);
    if (!counts) return in.output.Failure(counts.error());
    in.output.Json(AsJson(*counts));
    // Being asked to stop is how a service ends.
    return Exit::kOk;
  }

 private:
  std::string until_idle_;
};

class IndexerAssets final : public IndexerCommand {
 public:
  CommandInfo info() const override {
    return {.name = "indexer assets",
            .summary = "serve: keep the asset index as the tables are, from their change streams",
            .example =
                "vams-migrate indexer assets --config prod.json                    # until SIGTERM\n"
                "vams-migrate indexer assets --config prod.json --until-idle 60s   # catch up, then end",
            .kind = CommandKind::kIndexer,
            .drains_on_signal = true};
  }
  Exit Run(Invocation& in) override {
    return RunService(in, ServiceKind::kAssets, {.streams = VamsNeeds::Streams::kAll});
  }
};

class IndexerFiles final : public IndexerCommand {
 public:
  CommandInfo info() const override {
    return {
        .name = "indexer files",
        .summary = "serve: keep the file index as the objects are, from a queue of their events",
        .example =
            "vams-migrate indexer files --config prod.json --queue https://sqs.eu-west-1.amazonaws.com/1/vams-files",
        .kind = CommandKind::kIndexer,
        .drains_on_signal = true};
  }
  void Define(Flags& flags) override {
    IndexerCommand::Define(flags);
    flags.Value("--queue", queue_, "URL",
                "SQS queue with the events of the files, raw or wrapped by SNS: its URL or ARN");
    flags.Switch("--no-metadata-stream", no_stream_, "do not also read the metadata table's change stream");
  }
  Exit Run(Invocation& in) override {
    if (queue_.empty() && !in.options.local) {
      return in.output.Failure(MakeError(ErrorCode::kUsage, "which queue does the file indexer receive from?")
                                   .WithHint("--queue URL, or the queue's ARN"));
    }
    return RunService(
        in, ServiceKind::kFiles,
        {.streams = no_stream_ ? VamsNeeds::Streams::kNone : VamsNeeds::Streams::kMetadata, .event_queue = queue_});
  }

 private:
  std::string queue_;
  bool no_stream_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeIndexerAssets() { return std::make_unique<IndexerAssets>(); }
std::unique_ptr<Command> MakeIndexerFiles() { return std::make_unique<IndexerFiles>(); }

}  // namespace vams::cli
