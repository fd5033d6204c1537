#include "report/status_line.h"

namespace vams {

void StatusLine::Show(std::string_view text) {
  MutexLock lock(mu_);
  if (text == shown_) return;
  shown_ = text;
  Draw();
}

void StatusLine::Clear() {
  MutexLock lock(mu_);
  Erase();
  shown_.clear();
}

void StatusLine::Finish(std::string_view text) {
  MutexLock lock(mu_);
  shown_.clear();
  terminal_ << "\r\x1b[K" << text << '\n' << std::flush;
}

void StatusLine::Around(const std::function<void()>& write) {
  MutexLock lock(mu_);
  Erase();
  write();
  if (!shown_.empty()) Draw();
}

void StatusLine::Draw() { terminal_ << '\r' << shown_ << "\x1b[K" << std::flush; }

void StatusLine::Erase() {
  if (!shown_.empty()) terminal_ << "\r\x1b[K" << std::flush;
}

}  // namespace vams
