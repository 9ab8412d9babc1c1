#include "results/web/background_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace missmodal::results::web {

namespace {

constexpr int kNice = 10;  // of a thread alone, as Linux does it

}  // namespace

void stay_in_background() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);  // refused: then as everybody else
}

}  // namespace missmodal::results::web
