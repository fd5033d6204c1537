#include "documents/python_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace vams::python {
namespace {

using Value = AttributeValue;

std::string Repr(const Value& value) {
  std::string out;
  AppendRepr(out, value);
  return out;
}

std::string TextRepr(std::string_view text) {
  std::string out;
  AppendTextRepr(out, text);
  return out;
}

std::string Dumps(const Value& value) {
  std::string out;
  EXPECT_TRUE(AppendJsonDumps(out, value));
  return out;
}

TEST(PythonText, WritesDecimals) {
  EXPECT_EQ(DecimalText("0.0000012"), "0.0000012");
  EXPECT_EQ(DecimalText("0.00000012"), "1.2E-7");
  EXPECT_EQ(DecimalText("1E+2"), "1E+2");
  EXPECT_EQ(DecimalText("-0"), "-0");
  EXPECT_EQ(DecimalText("0.0000000"), "0E-7");
  EXPECT_EQ(DecimalText("00012.50"), "12.50");
  EXPECT_EQ(DecimalText("12e-1"), "1.2");
  EXPECT_EQ(DecimalText("+.5"), "0.5");
  EXPECT_EQ(DecimalText("not a number"), "not a number");
}

TEST(PythonText, WritesFloats) {
  EXPECT_EQ(FloatText(1), "1.0");
  EXPECT_EQ(FloatText(1e16), "1e+16");
  EXPECT_EQ(FloatText(123456789012345680), "1.2345678901234568e+17");
  EXPECT_EQ(FloatText(1e15), "1000000000000000.0");
  EXPECT_EQ(FloatText(0.0001), "0.0001");
  EXPECT_EQ(FloatText(0.00001), "1e-05");
  EXPECT_EQ(FloatText(-2.5), "-2.5");
  EXPECT_EQ(FloatText(0), "0.0");
}

TEST(PythonText, ChoosesQuotes) {
  EXPECT_EQ(TextRepr("it's"), "\"it's\"");
  EXPECT_EQ(TextRepr("say \"it's\""), "'say \"it\\'s\"'");
  EXPECT_EQ(TextRepr("say \"so\""), "'say \"so\"'");
}

TEST(PythonText, EscapesWhatDoesNotPrint) {
  EXPECT_EQ(TextRepr("a\\\n\r\t\x01\x7f"), "'a\\\\\\n\\r\\t\\x01\\x7f'");
  EXPECT_EQ(TextRepr("é\u00A0\u2028\U000E0001"), "'é\\xa0\\u2028\\U000e0001'");
}

TEST(PythonText, WritesContainers) {
  AttributeMap map;
  map.Set("k", Value("v"));
  map.Set("n", Value(Value::Number{"1.50"}));
  EXPECT_EQ(Repr(Value(Value::List{Value("a"), Value(map), Value(true), Value(Value::Null{})})),
            "['a', {'k': 'v', 'n': Decimal('1.50')}, True, None]");
  EXPECT_EQ(Repr(Value(Value::StringSet{{"it's"}})), "{\"it's\"}");
  EXPECT_EQ(Repr(Value(Value::NumberSet{{"1E5"}})), "{Decimal('1E+5')}");
  EXPECT_EQ(Repr(Value(Value::BinarySet{{std::string("\0a'\\", 4)}})), "{Binary(b\"\\x00a'\\\\\")}");
  EXPECT_EQ(Repr(Value(Value::List{})), "[]");
}

TEST(PythonText, BytesAreNoText) {
  std::string out = "before";
  EXPECT_FALSE(AppendStr(out, Value(Value::Binary{"x"})));
  EXPECT_EQ(out, "before");
  EXPECT_FALSE(AppendJsonDumps(out, Value(Value::List{Value(Value::Binary{"x"})})));
  EXPECT_EQ(Repr(Value(Value::Binary{"x"})), "Binary(b'x')") << "inside another value they are";
}

TEST(PythonText, DumpsJsonInAsciiWithNumbersQuoted) {
  AttributeMap map;
  map.Set("z", Value(Value::Number{"1.0"}));
  map.Set("a", Value("é\x7f\U0001F642/\b\f"));
  map.Set("l", Value(Value::List{Value(true), Value(Value::Null{}), Value(Value::StringSet{{"q"}})}));
  EXPECT_EQ(Dumps(Value(map)),
            "{\"z\": \"1.0\", \"a\": \"\\u00e9\\u007f\\ud83d\\ude42/\\b\\f\", \"l\": [true, null, \"{'q'}\"]}");
  EXPECT_EQ(Dumps(Value(AttributeMap{})), "{}");
}

std::string Unescaped(std::string_view repr) {
  std::string out;
  repr = repr.substr(1, repr.size() - 2);
  while (!repr.empty()) {
    std::size_t used = 1;
    if (repr[0] != '\\') {
      out.push_back(repr[0]);
    } else if (const std::size_t digits = repr[1] == 'x'   ? 2u
                                          : repr[1] == 'u' ? 4u
                                          : repr[1] == 'U' ? 8u
                                                           : 0u;
               digits > 0) {
      AppendUtf8(out, static_cast<char32_t>(std::stoul(std::string(repr.substr(2, digits)), nullptr, 16)));
      used = 2 + digits;
    } else {
      const std::size_t at = std::string_view("nrt").find(repr[1]);
      out.push_back(at == std::string_view::npos ? repr[1] : "\n\r\t"[at]);
      used = 2;
    }
    repr.remove_prefix(used);
  }
  return out;
}

RC_GTEST_PROP(PythonText, ReprReadsBack, ()) {
  std::string text;
  for (const char32_t c : *rc::gen::container<std::u32string>(
           rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x3000), rc::gen::inRange<char32_t>(0xE000, 0x110000)))) {
    AppendUtf8(text, c);
  }
  RC_ASSERT(Unescaped(TextRepr(text)) == text);
}

}  // namespace
}  // namespace vams::python
