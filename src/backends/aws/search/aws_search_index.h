#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/search/opensearch_bulk.h"
#include "backends/aws/search/opensearch_client.h"
#include "ports/search_index.h"

namespace vams::aws {

// An index of OpenSearch (docs/decisions/0005-opensearch.md). Where the port leaves room:
// - Bulk sends as many requests as the limits ask for. Refusals of one item (a full queue on its shard, a field that
// the
//   mapping does not take) are that item's result; a refusal of a request ends the call, and the earlier requests of
//   the same call may have been carried out: external versions make it safe to send all of them again.
// - A scan holds a view of the index open for ten minutes after each page; after that its cursor is kPrecondition.
// - On a serverless collection nothing can be refreshed: a write is seen after 10 to 60 s, and Refresh only tells
//   whether there is an index. Describe gives no size there.
// - After Clear the service remembers the versions of what was there for a minute.
// - Search gives at most 10,000 hits.
class AwsSearchIndex final : public SearchIndex {
 public:
  // kUsage: `name` is not the name of one index.
  static Result<std::unique_ptr<AwsSearchIndex>> Make(std::shared_ptr<const OpenSearchClient> client, std::string name,
                                                      BulkLimits limits = {});

  const std::string& name() const override { return name_; }
  Result<std::optional<IndexInfo>> Describe() override;
  Status Create(std::string_view definition) override;
  Status Drop() override;
  Status Clear() override;
  Result<ItemCount> Count() override;
  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> ids) override;
  Result<IndexPage> Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) override;
  Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) override;
  Result<SearchHits> Search(std::string_view query, ItemCount limit) override;
  Status Refresh() override;
  Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) override;
  Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) override;

 private:
  // The index behind the name, as it is now.
  struct Identity {
    std::string concrete{};  // the name itself, or what an alias of that name stands for
    std::string uuid{};      // "" on a collection
    std::size_t shards = 0;  // primaries; 0 on a collection
  };

  AwsSearchIndex(std::shared_ptr<const OpenSearchClient> client, std::string name, BulkLimits limits);
  HttpRequest Request(Method method, std::string_view verb, std::string body = {},
                      OpenSearchClient::Query query = {}) const;
  // kNotFound: there is none.
  Result<Identity> Identify() const;
  Result<std::uint64_t> PrimaryBytes() const;
  Status ClearByQuery();
  Status ClearById();
  Status FetchMany(std::span<const std::string> ids, std::vector<std::optional<std::string>>& into);
  Status SendBulk(std::span<const BulkOp> ops, const BulkBody& body, std::vector<Result<BulkOutcome>>& outcomes);

  const std::shared_ptr<const OpenSearchClient> client_;
  const std::string name_;
  const std::string path_;  // percent-encoded
  const BulkLimits limits_;
};

}  // namespace vams::aws
