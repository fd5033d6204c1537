// vams-rig: a whole VAMS deployment on AWS of any size, made up as it is asked for, with faults by a seed and exact
// counts of what arrived. See testing/rig/README.md.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "testing/rig/server.h"

namespace {

int Complain(std::string_view what) {
  fmt::print(stderr, "vams-rig: {}\n", what);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace vams::rig;  // NOLINT(google-build-using-namespace)
  CLI::App app("Plays a VAMS deployment on AWS for tests and benchmarks, on 127.0.0.1 alone");
  Shape shape;
  Settings settings;
  std::uint16_t port = 0;
  std::uint16_t search_port = 0;
  std::uint64_t seed = 1;
  std::string faults = "{}";
  app.add_option("--port", port, "of S3, SNS, SQS, DynamoDB, SSM and STS; 0 picks one");
  app.add_option("--opensearch-port", search_port, "of OpenSearch; 0 picks one");
  app.add_option("--assets", shape.assets)->check(CLI::Range(1, 99'999'999));
  app.add_option("--files-per-asset", shape.files_per_asset)->check(CLI::Range(0, 99'999'999));
  app.add_option("--buckets", shape.buckets)->check(CLI::Range(1, 10'000));
  app.add_option("--big-asset", shape.big_asset, "files of one asset in the middle; 0: as the others")
      ->check(CLI::Range(0, 99'999'999));
  app.add_option("--empty-every", shape.empty_every, "one in so many assets has no files; 0: none");
  app.add_option("--prefix", shape.prefix, "of every bucket; without it they are absent, '/' and 'a/b/' in turn");
  app.add_flag("--awkward-keys", shape.awkward_keys, "some keys hold '+' and '%', which bucket sync misreads");
  app.add_option("--seed", seed, "of the faults and of the rig's own edits");
  app.add_option("--faults", faults, "JSON, as POST /_rig/faults takes it");
  app.add_flag("--refuse-delimiter", settings.refuse_delimiter,
               "ListObjectsV2 with a delimiter is denied, as by a policy");
  app.add_flag("--any-update", settings.any_update, "UpdateItem without a condition is applied");
  CLI11_PARSE(app, argc, argv);
  if (shape.buckets > shape.assets) return Complain("there cannot be more buckets than assets");
  if (shape.empty_every == 1) return Complain("--empty-every 1 would leave no asset with files");
  if (!shape.prefix.empty() && (shape.prefix.starts_with('/') || !shape.prefix.ends_with('/'))) {
    return Complain("a --prefix ends in '/' and does not begin with one");
  }
  auto plan = ReadFaultPlan(faults);
  if (!plan) return Complain(plan.error());

  // A connection is a file, and clients may open thousands.
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  const Fd stop(signalfd(-1, &signals, SFD_CLOEXEC));

  Rig rig(shape, settings, *std::move(plan), seed);
  Server server(rig);
  if (const vams::Status opened = server.Open(port, search_port); !opened) return Complain(opened.error().message);
  fmt::print("{{\"port\":{},\"opensearch_port\":{}}}\n", rig.port(), rig.search_port());
  std::fflush(stdout);
  if (const vams::Status ran = server.Run(stop.get()); !ran) return Complain(ran.error().message);
  return 0;
}
