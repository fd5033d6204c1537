#include "backends/embedded/content_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "backends/embedded/sqlite_error.h"
#include "base/digest.h"
#include "base/text.h"

namespace vams::embedded {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

std::unexpected<Error> SystemFailure(int number, const std::string& path, std::string_view doing) {
  Error error = MakeSqliteError({SQLITE_CANTOPEN, number, std::string(doing)}, Printable(path), "file");
  if (error.code == ErrorCode::kAccessDenied) error.hint = "give yourself permission to read the file";
  return std::unexpected(std::move(error));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), kind, nullptr);
  }
  void Add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string Hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), sum.data(), &size);
    return HexOf(std::span(sum).first(size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

Result<FileDescriptor> OpenToRead(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemFailure(errno, path, "cannot be read");
  return file;
}

template <class Take>  // Take(std::string_view) -> Status
Status ReadAll(const std::string& path, Take&& take) {
  TRY_ASSIGN(const FileDescriptor file, OpenToRead(path));
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemFailure(errno, path, "cannot be read");
    if (n == 0) return {};
    TRY(take(std::string_view(buffer.data(), static_cast<std::size_t>(n))));
  }
}

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemFailure(errno, path, "cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<FileFacts> LookAtFile(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return SystemFailure(errno, path, "cannot be read");
  if (!S_ISREG(info.st_mode)) return Fail(ErrorCode::kInvalid, "{}: is not a regular file", Printable(path));
  return FileFacts{static_cast<std::uint64_t>(info.st_size),
                   static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

Result<std::string> Md5OfFile(const std::string& path) {
  Digest md5(EVP_md5());
  TRY(ReadAll(path, [&](std::string_view bytes) -> Status {
    md5.Add(bytes);
    return {};
  }));
  return md5.Hex();
}

std::string Md5OfText(std::string_view text) {
  Digest md5(EVP_md5());
  md5.Add(text);
  return md5.Hex();
}

Result<StoredContent> StoreContent(const std::string& content_directory, const std::string& file) {
  std::error_code code;
  fs::create_directories(content_directory, code);
  if (code) return SystemFailure(code.value(), content_directory, "cannot be made");
  std::string name = (fs::path(content_directory) / "new-XXXXXX").string();
  const FileDescriptor copy(::mkostemp(name.data(), O_CLOEXEC));
  if (copy.get() < 0) return SystemFailure(errno, content_directory, "cannot be written to");
  const std::unique_ptr<const std::string, void (*)(const std::string*)> remove_at_end(
      &name, [](const std::string* p) { ::unlink(p->c_str()); });

  Digest md5(EVP_md5());
  Digest sha256(EVP_sha256());
  StoredContent content;
  TRY(ReadAll(file, [&](std::string_view bytes) -> Status {
    md5.Add(bytes);
    sha256.Add(bytes);
    content.size += bytes.size();
    return WriteAll(copy.get(), bytes, content_directory);
  }));
  content.md5 = md5.Hex();
  const std::string hash = sha256.Hex();
  content.path = fmt::format("{}/{}", hash.substr(0, 2), hash);

  const fs::path target = fs::path(content_directory) / content.path;
  if (fs::exists(target, code)) return content;
  fs::create_directories(target.parent_path(), code);
  if (code) return SystemFailure(code.value(), content_directory, "cannot be written to");
  if (::fsync(copy.get()) != 0) return SystemFailure(errno, content_directory, "cannot be written to");
  if (::rename(name.c_str(), target.c_str()) != 0) return SystemFailure(errno, target.string(), "cannot be written");
  return content;
}

}  // namespace vams::embedded
