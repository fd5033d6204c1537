#pragma once

#include <memory>

#include "backends/local.h"
#include "backends/open.h"
#include "cli/command.h"
#include "ports/log.h"

namespace vams::cli {

// What a command needs of a deployment on AWS beyond the names in its options; an embedded VAMS has it all.
struct VamsNeeds {
  bool indexes = false;    // both indexes: their names must be known
  bool documents = false;  // what is needed to make documents: the side tables are looked for where not named
  using Streams = AwsOpenOptions::Streams;
  Streams streams = Streams::kNone;  // whose changes are read
  std::string event_queue{};         // URL or ARN of the queue of file events
  bool tolerant = false;             // what cannot be found is no failure (AwsOpenOptions::open_what_can_be)
};

// The VAMS that the options name. `log`, which outlives the deployment, hears of each call where it takes debug lines;
// nullptr: nobody does.
Result<Deployment> OpenVams(const Invocation& invocation, VamsNeeds needs, Log* log = nullptr);
// The embedded one; the options of a local command always name it.
Result<std::unique_ptr<LocalVams>> OpenLocalVams(const Invocation& invocation);

}  // namespace vams::cli
