#include "backends/local.h"

#include <algorithm>

#include "backends/local_impl.h"
#include "base/text.h"

namespace vams {

using embedded::Connection;
using embedded::ItemTable;
using embedded::Statement;
using embedded::VamsDirectory;

namespace local {

const ItemTable& TableOf(LocalTable table) {
  return *std::ranges::find(embedded::ItemTables(), LocalTableName(table), &ItemTable::name);
}

Status CheckBucketName(std::string_view name) {
  if (name.empty() || name.size() > 255 || !IsUtf8(name)) {
    return Fail(ErrorCode::kInvalid, "'{}' is no name of a bucket", Printable(name));
  }
  return {};
}

Status MakeTopic(Connection& tables, std::string_view name) {
  if (name.empty() || !IsUtf8(name)) return Fail(ErrorCode::kInvalid, "'{}' is no name of a topic", Printable(name));
  TRY_ASSIGN(Statement topic, tables.Prepare("INSERT INTO topics(name) VALUES(?1) ON CONFLICT DO NOTHING"));
  TRY(topic.Text(1, name).Run());
  TRY_ASSIGN(Statement subscription,
             tables.Prepare("INSERT INTO subscriptions(topic, queue) SELECT t.id, q.id FROM topics t, queues q "
                            "WHERE t.name=?1 AND q.name=?2 ON CONFLICT DO NOTHING"));
  return subscription.Text(1, name).Text(2, kFileEventQueue).Run();
}

Status MakeBucket(Connection& objects, const LocalBucket& bucket) {
  TRY_ASSIGN(Statement find, objects.Prepare("SELECT id, versioned FROM buckets WHERE name=?1"));
  TRY_ASSIGN(const bool exists, find.Text(1, bucket.name).Step());
  if (exists && (find.ColumnInt(1) != 0) != bucket.versioned) {
    return Fail(ErrorCode::kPrecondition, "bucket '{}' exists already, {} versions", bucket.name,
                bucket.versioned ? "without" : "with");
  }
  std::int64_t id = exists ? find.ColumnInt(0) : 0;
  if (!exists) {
    TRY_ASSIGN(Statement make, objects.Prepare("INSERT INTO buckets(name, versioned) VALUES(?1, ?2)"));
    TRY(make.Text(1, bucket.name).Int(2, bucket.versioned ? 1 : 0).Run());
    id = objects.LastInsertId();
  }
  if (!bucket.topic) return {};
  TRY_ASSIGN(Statement notify,
             objects.Prepare("INSERT INTO notifications(bucket, topic) VALUES(?1, ?2) ON CONFLICT DO NOTHING"));
  return notify.Int(1, id).Text(2, *bucket.topic).Run();
}

}  // namespace local

std::string_view LocalTableName(LocalTable table) {
  switch (table) {
    case LocalTable::kAssets: return "assets";
    case LocalTable::kDatabases: return "databases";
    case LocalTable::kMetadata: return "metadata";
    case LocalTable::kBuckets: return "buckets";
    case LocalTable::kLinks: return "links";
    case LocalTable::kVersions: return "versions";
  }
  return "assets";
}

std::optional<LocalTable> LocalTableFromName(std::string_view name) {
  for (const LocalTable table : {LocalTable::kAssets, LocalTable::kDatabases, LocalTable::kMetadata,
                                 LocalTable::kBuckets, LocalTable::kLinks, LocalTable::kVersions}) {
    if (LocalTableName(table) == name) return table;
  }
  return std::nullopt;
}

std::string DefaultTopic(std::string_view bucket) {
  return fmt::format("arn:aws:sns:local:000000000000:vams-{}-created", bucket);
}

LocalVams::LocalVams(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalVams::~LocalVams() = default;

Status LocalVams::Init(const std::string& directory, const LocalInit& init) {
  embedded::NewDirectory content;
  content.asset_index = {init.asset_index_name, init.asset_index_definition};
  content.file_index = {init.file_index_name, init.file_index_definition};
  content.parameters = {{init.endpoint_parameter, "local"},
                        {init.asset_index_parameter, init.asset_index_name},
                        {init.file_index_parameter, init.file_index_name}};
  content.file_event_queue = kFileEventQueue;
  content.scratch = init.scratch;
  return VamsDirectory::Create(directory, content);
}

Result<std::unique_ptr<LocalVams>> LocalVams::Open(const std::string& directory, Clock& clock) {
  // What a person puts in here is not written again by itself: it must outlive a power failure.
  TRY_ASSIGN(auto opened, VamsDirectory::Open(directory, {.sync_every_commit = true}, clock));
  auto impl = std::make_unique<Impl>(opened);
  TRY_ASSIGN(impl->queue, embedded::SqliteEventQueue::Open(opened, kFileEventQueue));
  return std::unique_ptr<LocalVams>(new LocalVams(std::move(impl)));
}

Status LocalVams::PutItem(LocalTable table, const Item& item) { return PutItems(table, {&item, 1}); }

Status LocalVams::PutItems(LocalTable table, std::span<const Item> items) {
  const ItemTable& spec = local::TableOf(table);
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto checked = embedded::CheckItem(spec, items[i]);
    if (!checked) return std::unexpected(std::move(checked.error()).In(fmt::format("{}[{}]", spec.name, i)));
  }
  return impl_->directory->tables().Write([&](Connection& c) -> Status {
    for (const Item& item : items) TRY(embedded::PutItem(c, spec, item));
    return {};
  });
}

Result<bool> LocalVams::DeleteItem(LocalTable table, const Item& keys) {
  return impl_->directory->tables().Write(
      [&](Connection& c) { return embedded::DeleteItem(c, local::TableOf(table), keys); });
}

Result<std::optional<Item>> LocalVams::GetItem(LocalTable table, const Item& keys) {
  return impl_->directory->tables().Read(
      [&](Connection& c) { return embedded::GetItem(c, local::TableOf(table), keys); });
}

Status LocalVams::SetParameter(std::string_view name, std::string_view value) {
  if (name.empty() || !IsUtf8(name) || !IsUtf8(value)) {
    return Fail(ErrorCode::kInvalid, "'{}' is no parameter with UTF-8 text", Printable(name));
  }
  return impl_->directory->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(Statement set, c.Prepare("INSERT INTO parameters(name, value) VALUES(?1, ?2) "
                                        "ON CONFLICT DO UPDATE SET value=excluded.value"));
    return set.Text(1, name).Text(2, value).Run();
  });
}

Status LocalVams::CreateTopic(std::string_view name) {
  return impl_->directory->tables().Write([&](Connection& c) { return local::MakeTopic(c, name); });
}

Status LocalVams::CreateBucket(const LocalBucket& bucket) {
  TRY(local::CheckBucketName(bucket.name));
  // The bucket appears only once its topic is there.
  return impl_->directory->objects().Write([&](Connection& objects) -> Status {
    TRY(local::MakeBucket(objects, bucket));
    if (!bucket.topic) return {};
    return impl_->directory->tables().Write(
        [&](Connection& tables) { return local::MakeTopic(tables, *bucket.topic); });
  });
}

Status LocalVams::SkipPending(const std::string& consumer) {
  TRY(impl_->changes.SkipAll(consumer));
  return impl_->queue->Purge();
}

}  // namespace vams
