#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backends/embedded/item_tables.h"
#include "backends/embedded/object_writer.h"
#include "backends/embedded/sqlite_change_stream.h"
#include "backends/embedded/sqlite_event_queue.h"
#include "backends/embedded/sqlite_event_topic.h"
#include "backends/embedded/sqlite_object_store.h"
#include "backends/embedded/vams_directory.h"
#include "backends/local.h"

namespace vams {

struct LocalVams::Impl {
  explicit Impl(std::shared_ptr<embedded::VamsDirectory> opened)
      : directory(std::move(opened)), topic(directory), changes(directory), objects(directory) {}

  std::shared_ptr<embedded::VamsDirectory> directory;
  std::unique_ptr<embedded::SqliteEventQueue> queue;
  embedded::SqliteEventTopic topic;
  embedded::SqliteChangeStream changes;
  embedded::SqliteObjectStore objects;

  std::string ContentDirectory() const;
  // Checks the object and looks at its file; no bucket is asked yet.
  Result<embedded::StoredObject> Describe(const LocalObject& object) const;
};

namespace local {

const embedded::ItemTable& TableOf(LocalTable table);
Status CheckBucketName(std::string_view name);

// Parts of one transaction on vams.db or objects.db.
Status MakeTopic(embedded::Connection& tables, std::string_view name);
Status MakeBucket(embedded::Connection& objects, const LocalBucket& bucket);
// Puts the objects in order, with new version ids where a versioned bucket needs one.
Status StoreObjects(embedded::Connection& objects, std::vector<embedded::StoredObject>& stored);

}  // namespace local
}  // namespace vams
