#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backends/embedded/sqlite_db.h"
#include "model/attribute_value.h"

namespace vams::embedded {

// How the items of a table are stored, whichever it is.
struct ItemTable {
  std::string_view name;
  std::string_view hash_key;   // attribute
  std::string_view range_key;  // attribute; "" for none
  // Attributes with a column of their own for an index; the item is not in the index unless all of them are texts.
  std::string_view index_key_1;
  std::string_view index_key_2;
  std::string_view put_sql;
  std::string_view get_sql;
  std::string_view delete_sql;
  std::string_view count_sql;
};

std::span<const ItemTable> ItemTables();

// kInvalid: a key attribute is absent or no text, or some text is no UTF-8.
Status CheckItem(const ItemTable& table, const Item& item);
// The item must have passed CheckItem.
Status PutItem(Connection& connection, const ItemTable& table, const Item& item);
Result<bool> DeleteItem(Connection& connection, const ItemTable& table, const Item& keys);
Result<std::optional<Item>> GetItem(Connection& connection, const ItemTable& table, const Item& keys);

}  // namespace vams::embedded
