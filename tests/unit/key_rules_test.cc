#include "documents/key_rules.h"

#include <gtest/gtest.h>

namespace vams {
namespace {

TEST(KeyRules, NameWhyAKeyIsSkipped) {
  EXPECT_EQ(KeySkipRule("a/b/"), "folder-marker");
  EXPECT_EQ(KeySkipRule("a/x.previewFile.png"), "preview-file");
  for (const char* key :
       {"a/pipelines/x.y", "preview.png", "a/temp-uploads-old/x.y", "pipeline-report.pdf", "a//preview/x.y"}) {
    EXPECT_EQ(KeySkipRule(key), "reserved-folder") << key;
  }
  EXPECT_EQ(KeySkipRule("a.b/LICENSE"), "no-extension");
  for (const char* key : {"a/x.glb", "a/Preview.png", "a/my-preview.png", "a/temp_upload.x", "a/.hidden", "a/x.",
                          "a/x.previewfile.png"}) {
    EXPECT_EQ(KeySkipRule(key), "") << key;
  }
  EXPECT_EQ(ReservedKeyRule("a.b/LICENSE"), "") << "a rule about paths, not about keys";
}

TEST(KeyRules, Extensions) {
  EXPECT_EQ(FileExtension("/a.b/x.tar.GZ"), "gz");
  EXPECT_EQ(FileExtension("/x."), "");
  EXPECT_EQ(FileExtension("/x.\u0130Σ"), "i\u0307ς");
}

TEST(KeyRules, BaseKeys) {
  Item asset;
  EXPECT_EQ(AssetBaseKey(asset, "p/", "a1"), "p/a1/");
  AttributeMap location;
  asset.Set("assetLocation", location);
  EXPECT_EQ(AssetBaseKey(asset, "", "a1"), "a1/") << "a location without Key";
  location.Set("Key", AttributeValue("elsewhere"));
  asset.Set("assetLocation", location);
  EXPECT_EQ(AssetBaseKey(asset, "p/", "a1"), "elsewhere");
  location.Set("Key", AttributeValue(AttributeValue::Null{}));
  asset.Set("assetLocation", location);
  EXPECT_EQ(AssetBaseKey(asset, "p/", "a1"), std::nullopt);
  asset.Set("assetLocation", AttributeValue("text"));
  EXPECT_EQ(AssetBaseKey(asset, "p/", "a1"), std::nullopt);
}

TEST(KeyRules, Paths) {
  EXPECT_EQ(RelativePath("a1/x.y", "a1/"), "/x.y");
  EXPECT_EQ(RelativePath("a1/x.y", "a1"), "/x.y");
  EXPECT_EQ(RelativePath("a1-b/x.y", "a1"), "/-b/x.y") << "cut in the middle, as upstream does";
  EXPECT_EQ(RelativePath("other/x.y", "a1/"), "/other/x.y");
  EXPECT_EQ(RelativePath("a1//x.y", "a1/"), "/x.y") << "the slash is there already";
}

}  // namespace
}  // namespace vams
