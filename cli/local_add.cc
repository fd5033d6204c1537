#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"
#include "local/local_edit.h"
#include "model/document.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

// What the commands share: an embedded VAMS is opened and edited, and one line says what was done.
class AddCommand : public Command {
 public:
  Exit Run(Invocation& in) override {
    auto vams = OpenLocalVams(in);
    if (!vams) return in.output.Failure(vams.error());
    auto deployment = OpenVams(in, {});
    if (!deployment) return in.output.Failure(deployment.error());
    LocalEdit edit(**vams, *deployment, in.context.clock);
    const auto done = Edit(edit);
    if (!done) return in.output.Failure(done.error());
    in.output.Line(*done);
    in.output.Json(Json{{"done", *done}});
    return Exit::kOk;
  }

 protected:
  // What was done, as one line.
  virtual Result<std::string> Edit(LocalEdit& edit) = 0;

  static CommandInfo Info(std::string_view name, std::string_view summary, std::string_view example) {
    return {.name = name,
            .summary = summary,
            .example = example,
            .kind = CommandKind::kLocal,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {"compatibility", "progress"}};
  }

  void DefineAsset(Flags& flags) {
    flags.Argument("DATABASE", asset_.database_id, "database of the asset");
    flags.Argument("ASSET", asset_.asset_id, "id of the asset");
  }
  const AssetKey& asset() const { return asset_; }

 private:
  AssetKey asset_;
};

class AddBucket final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add bucket", "add a bucket and its record",
                "vams-migrate local add bucket scans --prefix 2024/ --versioned --local my-vams");
  }
  void Define(Flags& flags) override {
    flags.Argument("NAME", name_, "name of the bucket");
    flags.FreeText("--prefix", prefix_, "TEXT", "baseAssetsPrefix of the record (default: /)");
    flags.Switch("--versioned", versioned_, "keep the versions of its objects");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    TRY_ASSIGN(const LocalBucketPlace place, MakeLocalBucketPlace(name_, prefix_.value_or("")));
    TRY_ASSIGN(const std::string id, edit.AddBucket(place, versioned_));
    return fmt::format("bucket {} with prefix {}, bucket id {}", place.bucket, Printable(place.prefix), id);
  }

 private:
  std::string name_;
  std::optional<std::string> prefix_;  // "": a record without one
  bool versioned_ = false;
};

class AddAsset final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add asset", "add an asset, change one, or archive it",
                "vams-migrate local add asset models duck --name 'Rubber duck' --tags yellow,toy --local my-vams\n"
                "vams-migrate local add asset models duck --archived --local my-vams");
  }
  void Define(Flags& flags) override {
    DefineAsset(flags);
    flags.Value("--name", name_, "TEXT", "assetName (default: the id)");
    flags.FreeText("--description", description_, "TEXT", "description");
    flags.FreeText("--tags", tags_, "TAGS", "tags: a,b");
    flags.Value("--type", type_, "TYPE", "assetType: none, folder or .ext");
    flags.Value("--bucket", bucket_, "NAME", "bucket of its files (default: the only one there is)");
    flags.FreeText("--prefix", prefix_, "TEXT", "with --bucket: prefix of the bucket record (default: /)");
    flags.Switch("--not-distributable", not_distributable_, "isDistributable false");
    flags.Switch("--archived", archived_, "archive it: its record moves to DATABASE#deleted");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    AssetChange change;
    change.key = asset();
    change.name = name_;
    change.description = description_;
    if (tags_) change.tags = SplitTags(*tags_);
    change.type = type_;
    if (not_distributable_) change.is_distributable = false;
    if (!bucket_.empty()) {
      TRY_ASSIGN(change.place, MakeLocalBucketPlace(bucket_, prefix_.value_or("")));
    }
    TRY_ASSIGN(const bool added, edit.PutAsset(change));
    if (archived_) TRY(edit.ArchiveAsset(asset()));
    return fmt::format("asset {}: {}{}", AssetDocumentId(asset().database_id, asset().asset_id),
                       added ? "added" : "changed", archived_ ? ", archived" : "");
  }

 private:
  std::optional<std::string> name_;
  std::optional<std::string> description_;
  std::optional<std::string> tags_;
  std::optional<std::string> type_;
  std::string bucket_;
  std::optional<std::string> prefix_;  // "": a record without one
  bool not_distributable_ = false;
  bool archived_ = false;
};

class AddFile final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add file", "add a file to an asset, as an upload does",
                "vams-migrate local add file models duck new/duck.glb --path /scans/duck.glb --local my-vams\n"
                "vams-migrate local add file models duck duck.glb --metadata author=me,site=7 --local my-vams");
  }
  void Define(Flags& flags) override {
    DefineAsset(flags);
    flags.Argument("FILE", file_, "the file");
    flags.Value("--path", path_, "PATH", "path below the asset (default: / and the file's name)");
    flags.Value("--metadata", metadata_, "PAIRS", "user metadata of the object: name=value,name=value");
    flags.Switch("--copy", copy_, "keep a copy of the file; without it it is read where it is");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    FileUpload upload{.asset = asset(), .file = file_, .path = path_, .copy = copy_, .metadata = {}};
    if (upload.path.empty()) upload.path = std::filesystem::path(file_).filename().string();
    TRY_ASSIGN(upload.metadata, ParsePairs(metadata_));
    TRY_ASSIGN(const ObjectRef ref, edit.AddFile(upload));
    return fmt::format("file {} in bucket {}", Printable(ref.key), ref.bucket);
  }

 private:
  static Result<std::vector<std::pair<std::string, std::string>>> ParsePairs(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (text.empty()) return pairs;
    for (const std::string_view part : Split(text, ',')) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos || equals == 0) {
        return Fail(ErrorCode::kUsage, "--metadata: expected name=value, found '{}'", Printable(part));
      }
      pairs.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    return pairs;
  }

  std::string file_;
  std::string path_;
  std::string metadata_;
  bool copy_ = false;
};

class AddMetadata final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add metadata", "add metadata to an asset or a file",
                "vams-migrate local add metadata models duck author=me 'made on=2024-01-15' --local my-vams\n"
                "vams-migrate local add metadata models duck quality=high --path /duck.glb --local my-vams");
  }
  void Define(Flags& flags) override {
    DefineAsset(flags);
    flags.Arguments("NAME=VALUE", values_, "NAME=VALUE, as many as you like");
    flags.Value("--path", path_, "PATH", "path of the file below the asset; without it the asset's own");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    std::vector<std::pair<std::string, std::string>> values;
    for (const std::string& value : values_) {
      const std::size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0) {
        return Fail(ErrorCode::kUsage, "expected NAME=VALUE, found '{}'", Printable(value));
      }
      values.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    }
    TRY(edit.AddMetadata(asset(), path_, values));
    return fmt::format("{} metadata values of {}{}", values.size(),
                       AssetDocumentId(asset().database_id, asset().asset_id), Printable(path_));
  }

 private:
  std::vector<std::string> values_;
  std::string path_;
};

class AddLink final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add link", "link two assets",
                "vams-migrate local add link models pond duck --type parentChild --local my-vams");
  }
  void Define(Flags& flags) override {
    DefineAsset(flags);
    flags.Argument("TO", to_, "id of the asset that it leads to; the child of a parentChild link");
    flags.Value("--to-database", to_database_, "ID", "database of that asset (default: the same)");
    flags.Value("--type", type_, "{parentChild,related}", "parentChild or related (default: related)");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    if (type_ != "parentChild" && type_ != "related") {
      return Fail(ErrorCode::kUsage, "--type: expected parentChild or related, found '{}'", Printable(type_));
    }
    const AssetKey to{to_database_.empty() ? asset().database_id : to_database_, to_};
    TRY(edit.AddLink(asset(), to, type_));
    return fmt::format("{} link from {} to {}", type_, AssetDocumentId(asset().database_id, asset().asset_id),
                       AssetDocumentId(to.database_id, to.asset_id));
  }

 private:
  std::string to_;
  std::string to_database_;
  std::string type_ = "related";
};

class AddVersion final : public AddCommand {
 public:
  CommandInfo info() const override {
    return Info("local add version", "add a version to an asset and make it the current one",
                "vams-migrate local add version models duck 1 --comment 'new paint' --local my-vams");
  }
  void Define(Flags& flags) override {
    DefineAsset(flags);
    flags.Argument("VERSION", version_, "number of the version");
    flags.FreeText("--comment", comment_, "TEXT", "comment");
  }

 protected:
  Result<std::string> Edit(LocalEdit& edit) override {
    std::uint64_t number = 0;
    const auto [stopped, error] = std::from_chars(version_.data(), version_.data() + version_.size(), number);
    if (error != std::errc{} || stopped != version_.data() + version_.size()) {
      return Fail(ErrorCode::kUsage, "expected a version number, found '{}'", Printable(version_));
    }
    TRY(edit.AddVersion(asset(), std::to_string(number), comment_.value_or("")));
    return fmt::format("version {} of {}", number, AssetDocumentId(asset().database_id, asset().asset_id));
  }

 private:
  std::string version_;
  std::optional<std::string> comment_;
};

}  // namespace

std::unique_ptr<Command> MakeLocalAddBucket() { return std::make_unique<AddBucket>(); }
std::unique_ptr<Command> MakeLocalAddAsset() { return std::make_unique<AddAsset>(); }
std::unique_ptr<Command> MakeLocalAddFile() { return std::make_unique<AddFile>(); }
std::unique_ptr<Command> MakeLocalAddMetadata() { return std::make_unique<AddMetadata>(); }
std::unique_ptr<Command> MakeLocalAddLink() { return std::make_unique<AddLink>(); }
std::unique_ptr<Command> MakeLocalAddVersion() { return std::make_unique<AddVersion>(); }

}  // namespace vams::cli
