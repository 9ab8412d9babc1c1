#pragma once
// Lets one thread free another from what it waits in.

#include <functional>
#include <mutex>
#include <utility>

namespace missmodal::worker {

class Surrender {
 public:
  // From any thread: calls what frees the other one, now or as soon as there is something to free it from.
  void demand() {
    const std::lock_guard lock(mutex_);
    demanded_ = true;
    if (free_) free_();
  }

  // While one lives, its function is what frees the thread that made it. It is called from the other thread,
  // or by the constructor where that was too early, and never after the destructor.
  class Way {
   public:
    Way(Surrender& surrender, std::function<void()> free) : surrender_(surrender) {
      const std::lock_guard lock(surrender_.mutex_);
      surrender_.free_ = std::move(free);
      if (surrender_.demanded_) surrender_.free_();
    }
    ~Way() {
      const std::lock_guard lock(surrender_.mutex_);
      surrender_.free_ = nullptr;
    }
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;

   private:
    Surrender& surrender_;
  };

 private:
  std::mutex mutex_;
  bool demanded_ = false;
  std::function<void()> free_;
};

}  // namespace missmodal::worker
