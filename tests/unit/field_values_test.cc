#include "documents/field_values.h"

#include <gtest/gtest.h>

namespace vams {
namespace {

using Value = AttributeValue;
using Number = AttributeValue::Number;
using List = AttributeValue::List;

template <class Append>
std::string Fixed(Append&& append, const Value& value) {
  std::string out;
  return append(out, &value) ? out : "refused" + out;
}

std::string Metadata(const std::string& name, const Value& value) {
  std::vector<DocumentField> fields;
  if (!AddMetadataField(fields, name, value)) return "refused";
  if (fields.empty()) return "left out";
  return fields[0].name + (fields[0].sendable ? "=" : "!") + (fields[0].sendable ? fields[0].json : "");
}

TEST(FixedFields, TextTakesNumbersAndBooleans) {
  EXPECT_EQ(Fixed(AppendFixedText, Value("a\"é")), "\"a\\\"é\"");
  EXPECT_EQ(Fixed(AppendFixedText, Value(Number{"1.50"})), "\"1.50\"");
  EXPECT_EQ(Fixed(AppendFixedText, Value(true)), "\"True\"");
  EXPECT_EQ(Fixed(AppendFixedText, Value(Value::Null{})), "null");
  EXPECT_EQ(Fixed(AppendFixedText, Value(List{})), "refused");
  EXPECT_EQ(Fixed(AppendFixedText, Value(Value::Binary{"x"})), "refused");
  std::string absent;
  EXPECT_TRUE(AppendFixedText(absent, nullptr));
  EXPECT_EQ(absent, "null");
}

TEST(FixedFields, BooleanTakesWordsAndTheNumbersOneAndZero) {
  for (const char* yes : {"1", "on", "T", "True", "y", "YES"}) EXPECT_EQ(Fixed(AppendFixedBoolean, Value(yes)), "true");
  for (const char* no : {"0", "OFF", "f", "false", "N", "no"}) EXPECT_EQ(Fixed(AppendFixedBoolean, Value(no)), "false");
  for (const char* neither : {"", "maybe", " true", "2"})
    EXPECT_EQ(Fixed(AppendFixedBoolean, Value(neither)), "refused");
  for (const char* one : {"1", "1.00", "10E-1", "+1", "100E-2"}) {
    EXPECT_EQ(Fixed(AppendFixedBoolean, Value(Number{one})), "true") << one;
  }
  for (const char* zero : {"0", "-0", "0.00", "0E+5", "0E-20"}) {
    EXPECT_EQ(Fixed(AppendFixedBoolean, Value(Number{zero})), "false") << zero;
  }
  for (const char* other : {"2", "-1", "1.001", "1E+1", "0.1", "1E-9"}) {
    EXPECT_EQ(Fixed(AppendFixedBoolean, Value(Number{other})), "refused") << other;
  }
}

TEST(FixedFields, ListTakesSetsAndNoNullInside) {
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(List{Value("b"), Value("a"), Value("b")})), "[\"b\",\"a\",\"b\"]");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(List{Value(Number{"1E2"}), Value(false)})), "[\"1E+2\",\"False\"]");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(List{Value("a"), Value(Value::Null{})})), "refused");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(Value::StringSet{{"a"}})), "[\"a\"]");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(Value::NumberSet{{"0.50"}})), "[\"0.50\"]");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(Value::BinarySet{{"a"}})), "refused");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value("a")), "refused");
  EXPECT_EQ(Fixed(AppendFixedTextList, Value(Value::Null{})), "null");
  std::string absent;
  EXPECT_TRUE(AppendFixedTextList(absent, nullptr));
  EXPECT_EQ(absent, "[]");
}

TEST(MetadataFields, TypeFollowsTheValue) {
  EXPECT_EQ(Metadata("F", Value(true)), "MD_bool_f=true");
  EXPECT_EQ(Metadata("n", Value(Number{"7"})), "MD_str_n=\"7\"") << "never num_";
  EXPECT_EQ(Metadata("d", Value("2025-01-02")), "MD_date_d=\"2025-01-02\"");
  EXPECT_EQ(Metadata("s", Value("2025-01")), "MD_str_s=\"2025-01\"");
  EXPECT_EQ(Metadata("z", Value(Value::Null{})), "MD_str_z=\"\"");
  EXPECT_EQ(Metadata("b", Value(Value::Binary{"x"})), "refused");
  EXPECT_EQ(Metadata("VAMS_b", Value(Value::Binary{"x"})), "left out") << "before its value is looked at";
  EXPECT_EQ(Metadata("s", Value(Value::NumberSet{{"1"}})), "MD_str_s=\"{Decimal('1')}\"");
}

TEST(MetadataFields, ListsLeaveNullsOut) {
  EXPECT_EQ(Metadata("l", Value(List{Value(Value::Null{}), Value("2025-01-02"), Value(List{Value("x")})})),
            "MD_list_l=[\"2025-01-02\",\"['x']\"]");
  EXPECT_EQ(Metadata("l", Value(List{Value(Value::Null{})})), "MD_list_l=[]");
  EXPECT_EQ(Metadata("l", Value(List{Value(Value::Binary{"x"})})), "refused");
}

TEST(MetadataFields, MapsArePointsOrJsonText) {
  AttributeMap point;
  point.Set("lon", Value(Number{"2"}));
  point.Set("lat", Value(Number{"51.5"}));
  EXPECT_EQ(Metadata("p", Value(point)), "MD_gp_p={\"lat\":51.5,\"lon\":2.0}");
  point.Set("x", Value(Value::StringSet{{"a"}}));
  EXPECT_EQ(Metadata("p", Value(point)), "MD_gp_p!") << "its client cannot send a set";
  AttributeMap other;
  other.Set("Lat", Value(Number{"2"}));
  EXPECT_EQ(Metadata("p", Value(other)), "MD_gs_p=\"{\\\"Lat\\\": \\\"2\\\"}\"");
  other.Set("b", Value(Value::Binary{"x"}));
  EXPECT_EQ(Metadata("p", Value(other)), "refused");
}

TEST(MetadataFields, TheLaterOfOneNameStays) {
  std::vector<DocumentField> fields{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"c", "4"}, {"a", "5"}};
  SortFields(fields);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].name + fields[0].json, "a5");
  EXPECT_EQ(fields[1].name + fields[1].json, "b3");
  EXPECT_EQ(fields[2].name + fields[2].json, "c4");
}

}  // namespace
}  // namespace vams
