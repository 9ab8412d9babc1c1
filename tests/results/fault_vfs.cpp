#include "tests/results/fault_vfs.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {

struct FaultVfs::State {
  // What no sync has covered yet.
  struct Change {
    std::size_t offset = 0;
    std::optional<std::string> written;  // nothing: the file was cut off at the offset
  };
  struct File {
    sqlite3_file base;
    State* state = nullptr;
    std::string path;    // "" for a temporary file
    std::string synced;  // the bytes that are safe
    std::vector<Change> unsynced;
    bool syncs_folder = false;     // with its first sync, as SQLite does for journals that it made
    sqlite3_file* real = nullptr;  // lies behind this in memory
  };

  sqlite3_vfs shim{};
  sqlite3_vfs* real = nullptr;
  sqlite3_io_methods methods{};
  std::optional<Fault> fault;
  int counted = 0;
  std::vector<File*> open;
  std::vector<std::string> deleted;  // whose folder was not synced; each is kept aside
  std::function<void()> before;
  bool watching = false;
  std::optional<std::pair<const File*, Change>> writing;  // what the operation is about to write

  bool strikes(Operations operation) {
    if (!fault || (fault->operations & operation) == 0) return false;
    ++counted;
    return fault->lasts ? counted >= fault->at : counted == fault->at;
  }
};

namespace {

using File = FaultVfs::State::File;
using FileChange = FaultVfs::State::Change;

File& as_file(sqlite3_file* file) {
  return *reinterpret_cast<File*>(file);
}

sqlite3_file& real(sqlite3_file* file) {
  return *as_file(file).real;
}

constexpr std::string_view kAside = ".deleted-but-not-synced";

int error_of(Operations operation, Effect effect) {
  if (effect == Effect::fill_disk) return SQLITE_FULL;
  switch (operation) {
    case kOpen:
      return SQLITE_CANTOPEN;
    case kWrite:
      return SQLITE_IOERR_WRITE;
    case kSync:
      return SQLITE_IOERR_FSYNC;
    case kTruncate:
      return SQLITE_IOERR_TRUNCATE;
    default:
      return SQLITE_IOERR_DELETE;
  }
}

// Done to the bytes of a file.
void put_into(const FileChange& change, std::string& bytes) {
  const std::size_t end = change.offset + (change.written ? change.written->size() : 0);
  if (!change.written || bytes.size() < end) bytes.resize(end);
  if (change.written) bytes.replace(change.offset, change.written->size(), *change.written);
}

void put_half_into(FileChange change, std::string& bytes) {
  change.written->resize(change.written->size() / 2);
  put_into(change, bytes);
}

// SQLITE_OK where nothing goes wrong. Does not return where the process dies.
int go_wrong(FaultVfs::State& state, Operations operation) {
  if (state.before && !state.watching) {
    state.watching = true;
    state.before();
    state.watching = false;
  }
  if (!state.strikes(operation)) return SQLITE_OK;
  if (state.fault->effect != Effect::die) return error_of(operation, state.fault->effect);
  if (state.writing) {
    const std::string& bytes = *state.writing->second.written;
    sqlite3_file* const file = state.writing->first->real;
    file->pMethods->xWrite(file, bytes.data(), static_cast<int>(bytes.size() / 2),
                           static_cast<sqlite3_int64>(state.writing->second.offset));
  }
  _exit(kDied);
}

// By SQLite's own descriptor: closing another one would drop the process's locks.
std::string bytes_of(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  MISSMODAL_CHECK(file->pMethods->xFileSize(file, &size) == SQLITE_OK);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (size > 0) {
    MISSMODAL_CHECK(file->pMethods->xRead(file, bytes.data(), static_cast<int>(size), 0) == SQLITE_OK);
  }
  return bytes;
}

int close_file(sqlite3_file* file) {
  File& shim = as_file(file);
  std::erase(shim.state->open, &shim);
  const int code = real(file).pMethods->xClose(&real(file));
  shim.~File();
  return code;
}

int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  return real(file).pMethods->xRead(&real(file), bytes, size, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  File& shim = as_file(file);
  FileChange change{static_cast<std::size_t>(offset),
                    std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))};
  shim.state->writing.emplace(&shim, change);
  const int code = go_wrong(*shim.state, kWrite);
  shim.state->writing.reset();
  if (code != SQLITE_OK) return code;
  shim.unsynced.push_back(std::move(change));
  return real(file).pMethods->xWrite(&real(file), bytes, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  File& shim = as_file(file);
  if (const int code = go_wrong(*shim.state, kTruncate); code != SQLITE_OK) return code;
  shim.unsynced.push_back({static_cast<std::size_t>(size), std::nullopt});
  return real(file).pMethods->xTruncate(&real(file), size);
}

int sync_file(sqlite3_file* file, int) {
  File& shim = as_file(file);
  if (const int code = go_wrong(*shim.state, kSync); code != SQLITE_OK) return code;
  for (const FileChange& change : std::exchange(shim.unsynced, {})) put_into(change, shim.synced);
  if (shim.syncs_folder) shim.state->deleted.clear();
  shim.syncs_folder = false;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file).pMethods->xFileSize(&real(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  return real(file).pMethods->xLock(&real(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return real(file).pMethods->xUnlock(&real(file), level);
}

int check_reserved_lock(sqlite3_file* file, int* taken) {
  return real(file).pMethods->xCheckReservedLock(&real(file), taken);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  return real(file).pMethods->xFileControl(&real(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return real(file).pMethods->xSectorSize(&real(file));
}

int device_characteristics(sqlite3_file* file) {
  return real(file).pMethods->xDeviceCharacteristics(&real(file));
}

int map_shared(sqlite3_file* file, int page, int page_size, int extend, void volatile** memory) {
  return real(file).pMethods->xShmMap(&real(file), page, page_size, extend, memory);
}

int lock_shared(sqlite3_file* file, int offset, int n, int flags) {
  return real(file).pMethods->xShmLock(&real(file), offset, n, flags);
}

void shared_barrier(sqlite3_file* file) {
  real(file).pMethods->xShmBarrier(&real(file));
}

int unmap_shared(sqlite3_file* file, int remove) {
  return real(file).pMethods->xShmUnmap(&real(file), remove);
}

FaultVfs::State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<FaultVfs::State*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs::State& state = state_of(vfs);
  file->pMethods = nullptr;  // SQLite closes only what has methods
  if (const int code = go_wrong(state, kOpen); code != SQLITE_OK) return code;
  auto* const below = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
  const int code = state.real->xOpen(state.real, path, below, flags, out_flags);
  if (code != SQLITE_OK) return code;
  auto* const shim = new (file) File;
  shim->base.pMethods = &state.methods;
  shim->state = &state;
  shim->path = path == nullptr ? "" : path;
  shim->synced = bytes_of(below);
  shim->syncs_folder =
      (flags & SQLITE_OPEN_CREATE) != 0 && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  shim->real = below;
  state.open.push_back(shim);
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  FaultVfs::State& state = state_of(vfs);
  if (const int code = go_wrong(state, kDelete); code != SQLITE_OK) return code;
  if (sync_folder != 0) {
    state.deleted.clear();
    return state.real->xDelete(state.real, path, 0);
  }
  if (std::rename(path, (path + std::string(kAside)).c_str()) != 0) return SQLITE_IOERR_DELETE_NOENT;
  state.deleted.emplace_back(path);
  return SQLITE_OK;
}

}  // namespace

FaultVfs::FaultVfs(Journal journal) : state_(std::make_unique<State>()) {
  state_->real = sqlite3_vfs_find(nullptr);
  state_->methods = {.iVersion = journal == Journal::log ? 2 : 1,
                     .xClose = close_file,
                     .xRead = read_file,
                     .xWrite = write_file,
                     .xTruncate = truncate_file,
                     .xSync = sync_file,
                     .xFileSize = file_size,
                     .xLock = lock_file,
                     .xUnlock = unlock_file,
                     .xCheckReservedLock = check_reserved_lock,
                     .xFileControl = control_file,
                     .xSectorSize = sector_size,
                     .xDeviceCharacteristics = device_characteristics,
                     .xShmMap = map_shared,
                     .xShmLock = lock_shared,
                     .xShmBarrier = shared_barrier,
                     .xShmUnmap = unmap_shared,
                     .xFetch = nullptr,
                     .xUnfetch = nullptr};
  state_->shim = *state_->real;
  state_->shim.zName = "missmodal-fault";
  state_->shim.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  state_->shim.pAppData = state_.get();
  state_->shim.xOpen = open_file;
  state_->shim.xDelete = delete_file;
  sqlite3_vfs_register(&state_->shim, /*makeDflt=*/1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&state_->shim);
  sqlite3_vfs_register(state_->real, /*makeDflt=*/1);
}

void FaultVfs::arm(const Fault& fault) {
  state_->fault = fault;
  state_->counted = 0;
  state_->deleted.clear();
}

void FaultVfs::disarm() {
  state_->fault.reset();
}

bool FaultVfs::struck() const {
  return state_->fault && state_->counted >= state_->fault->at;
}

void FaultVfs::watch(std::function<void()> before) {
  state_->before = std::move(before);
}

Files FaultVfs::remains(const std::filesystem::path& folder, End end) const {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path();
    const bool aside = path.ends_with(kAside);
    if ((!aside || end != End::process) && !path.ends_with("-shm"))
      files[entry.path().filename()] = read_bytes(path);
  }
  for (const std::string& path : state_->deleted) {
    const std::string name = std::filesystem::path(path).filename();
    if (const auto aside = files.find(name + std::string(kAside)); aside != files.end()) {
      files.try_emplace(name, aside->second);
    }
  }
  std::erase_if(files, [](const auto& one) { return one.first.ends_with(kAside); });
  for (const State::File* const file : state_->open) {
    const auto found = files.find(std::filesystem::path(file->path).filename());
    if (found == files.end()) continue;  // shared memory, or deleted
    if (end == End::process) {
      if (state_->writing && state_->writing->first == file)
        put_half_into(state_->writing->second, found->second);
      continue;
    }
    found->second = file->synced;
    for (std::size_t i = 0; end == End::power_in_parts && i < file->unsynced.size(); i += 2) {
      put_into(file->unsynced[i], found->second);
    }
  }
  return files;
}

}  // namespace missmodal::results
