#pragma once

namespace vams {

// Where a bucket's name goes: into the host name or into the path (docs/reference/aws-facts.md, section 4).
enum class S3Addressing {
  kAuto,         // the host for AWS's own endpoints, where name and certificate allow it; else the path
  kPath,         // https://endpoint/bucket/key
  kVirtualHost,  // https://bucket.endpoint/key
};

}  // namespace vams
