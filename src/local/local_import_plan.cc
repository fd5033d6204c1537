#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/text.h"
#include "local/local_import.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostKeyBytes = 1024;
constexpr std::size_t kListed = 10;

// The first few of a list of names, for a message of one line.
std::string Listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kListed); ++i) out += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kListed) out += fmt::format(" and {} more", Grouped(names.size() - kListed));
  return out;
}

std::string_view KindOf(const fs::file_status& status) {
  switch (status.type()) {
    case fs::file_type::fifo: return "a pipe";
    case fs::file_type::socket: return "a socket";
    case fs::file_type::block:
    case fs::file_type::character: return "a device";
    default: return "no regular file";
  }
}

class Walk {
 public:
  explicit Walk(const ImportRequest& request) : request_(request) {}

  Result<ImportPlan> Plan() {
    std::error_code error;
    root_ = fs::canonical(request_.folder, error);
    if (error) return Unreadable(request_.folder, error.message());
    if (!fs::is_directory(root_, error)) {
      return Fail(ErrorCode::kUsage, "{} is not a directory", Printable(request_.folder.string()));
    }
    for (const fs::path& entry : Entries(root_)) FirstLevel(entry);
    TRY(Problems());
    TRY(SameIds());
    for (const ImportedAsset& asset : plan_.assets) {
      plan_.files += asset.files.size();
      for (const ImportedFile& file : asset.files) plan_.bytes += file.size;
    }
    return std::move(plan_);
  }

 private:
  static std::unexpected<Error> Unreadable(const fs::path& path, std::string_view reason) {
    return Fail(ErrorCode::kUsage, "cannot read {}: {}", Printable(path.string()), reason);
  }

  // In byte order, so that two imports of one folder do the same. What cannot be read is kept for Problems().
  std::vector<fs::path> Entries(const fs::path& directory) {
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
      out.push_back(it->path());
    }
    if (error) unreadable_.push_back(Printable(directory.string()) + " (" + error.message() + ")");
    std::ranges::sort(out, {}, [](const fs::path& p) { return p.native(); });
    return out;
  }

  void FirstLevel(const fs::path& entry) {
    const std::string name = entry.filename().string();
    if (!IsUtf8(name)) {
      no_utf8_.push_back(Printable(entry.string()));
      return;
    }
    const auto target = Followed(entry);
    if (!target) return;
    std::error_code error;
    if (!fs::is_directory(*target, error)) {
      PassOver(entry, "not in a folder of its own; only folders become assets");
      return;
    }
    if (*target == root_) return PassOver(entry, "a link to a folder that it is in");
    ImportedAsset asset{.name = name, .id = AssetIdFor(name), .files = {}};
    above_ = {root_, *target};
    Folder(*target, "", asset);
    plan_.assets.push_back(std::move(asset));
  }

  void Folder(const fs::path& directory, const std::string& below, ImportedAsset& asset) {
    for (const fs::path& entry : Entries(directory)) {
      const std::string name = entry.filename().string();
      if (!IsUtf8(name)) {
        no_utf8_.push_back(Printable(entry.string()));
        continue;
      }
      const auto target = Followed(entry);
      if (!target) continue;
      const std::string path = below + name;
      std::error_code error;
      const fs::file_status status = fs::status(*target, error);
      if (error) {
        unreadable_.push_back(Printable(entry.string()) + " (" + error.message() + ")");
      } else if (fs::is_directory(status)) {
        if (std::ranges::find(above_, *target) != above_.end()) {
          PassOver(entry, "a link to a folder that it is in");
          continue;
        }
        above_.push_back(*target);
        Folder(*target, path + "/", asset);
        above_.pop_back();
      } else if (fs::is_regular_file(status)) {
        File(*target, path, asset);
      } else {
        PassOver(entry, KindOf(status));
      }
    }
  }

  void File(const fs::path& file, const std::string& path, ImportedAsset& asset) {
    const std::string key = request_.place.key_prefix() + asset.id + "/" + path;
    if (key.size() > kMostKeyBytes) {
      too_long_.push_back(fmt::format("{} ({} bytes)", Printable(path), Grouped(key.size())));
      return;
    }
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (error || access(file.c_str(), R_OK) != 0) {
      unreadable_.push_back(Printable(file.string()) + " (" + (error ? error.message() : std::strerror(errno)) + ")");
      return;
    }
    asset.files.push_back({.file = file.string(), .path = path, .size = size});
  }

  // Where the entry leads; nullopt for a link that is not followed.
  std::optional<fs::path> Followed(const fs::path& entry) {
    std::error_code error;
    if (!fs::is_symlink(entry, error)) return entry;
    fs::path target = fs::canonical(entry, error);
    if (error) {
      PassOver(entry, "a link that leads nowhere");
      return std::nullopt;
    }
    const auto [end, unused] = std::ranges::mismatch(root_, target);
    if (end != root_.end()) {
      PassOver(entry, "a link that leads out of the folder");
      return std::nullopt;
    }
    return target;
  }

  void PassOver(const fs::path& entry, std::string_view reason) {
    plan_.passed_over.push_back({.path = entry.lexically_relative(root_).string(), .reason = std::string(reason)});
  }

  Status Problems() const {
    if (!unreadable_.empty()) {
      return std::unexpected(
          Error{.code = ErrorCode::kAccessDenied, .message = "cannot read " + Listed(unreadable_)}.WithHint(
              "nothing was imported"));
    }
    if (!no_utf8_.empty()) {
      return std::unexpected(
          Error{.code = ErrorCode::kUsage, .message = "names that are not UTF-8: " + Listed(no_utf8_)}.WithHint(
              "S3 keys are UTF-8; rename them (convmv does). Nothing was imported"));
    }
    if (!too_long_.empty()) {
      return std::unexpected(
          Error{.code = ErrorCode::kUsage, .message = "keys over 1,024 bytes: " + Listed(too_long_)}.WithHint(
              "S3 takes no longer keys. Nothing was imported"));
    }
    return {};
  }

  Status SameIds() const {
    std::set<std::string_view> ids;
    for (const ImportedAsset& asset : plan_.assets) {
      if (!ids.insert(asset.id).second) {
        return Fail(ErrorCode::kUsage, "two folders would become the asset '{}'; rename one", asset.id);
      }
    }
    return {};
  }

  const ImportRequest& request_;
  fs::path root_;
  std::vector<fs::path> above_;  // the folders that the walk is in
  ImportPlan plan_;
  std::vector<std::string> unreadable_;
  std::vector<std::string> no_utf8_;
  std::vector<std::string> too_long_;
};

}  // namespace

Result<ImportPlan> PlanImport(const ImportRequest& request) {
  TRY(RequireDatabaseId(request.database));
  return Walk(request).Plan();
}

std::string AssetTypeOf(const std::vector<ImportedFile>& files) {
  if (files.empty()) return "none";
  if (files.size() > 1) return "folder";
  const std::string extension = fs::path(files.front().path).extension().string();
  return extension.empty() ? "none" : extension;
}

}  // namespace vams
