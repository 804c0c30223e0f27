// For boards: what the compiler's own headers would take from a glibc of 2.32 and a libstdc++ of 11. Local to the addon
// (addon.map exports only Node's two entry points). See native/cmake/older_libraries.hpp.
#include <new>

/// glibc's hint that no thread was ever started: false is always right, it costs an atomic operation.
extern "C" char __libc_single_threaded; // NOLINT: the name is glibc's
char __libc_single_threaded = 0;        // NOLINT

namespace std {
/// Called by `new T[n]` when n is absurd. NOLINT: libstdc++ 10 does not have it, so it must stand here.
[[noreturn]] void __throw_bad_array_new_length() { throw bad_array_new_length(); }
} // namespace std
