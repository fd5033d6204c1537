#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vams::aws {

// Reads a reply whose document element is `root` into `document` and returns that element. kBadReply with what is wrong
// for anything that is not one well-formed element of that name: a cut reply must never be read as a short one.
// Stricter than pugixml where that would change text without a word: zero bytes, references that are none.
Result<pugi::xml_node> LoadXml(std::string_view body, const char* root, pugi::xml_document& document);

// The text of an element, white space included; "" for an empty one. As long-lived as the document. kBadReply: it holds
// elements, or its text is in pieces.
Result<std::string_view> TextOf(const pugi::xml_node& element);
// As TextOf of the only child of that name; nullopt: there is none. kBadReply: there are several.
Result<std::optional<std::string>> OptionalChild(const pugi::xml_node& element, const char* name);
// As OptionalChild; absent is kBadReply.
Result<std::string> RequiredChild(const pugi::xml_node& element, const char* name);

}  // namespace vams::aws
