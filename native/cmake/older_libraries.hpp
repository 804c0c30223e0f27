// Included before everything else when cross-compiling: binds to the versions of library symbols that boards with older
// C and C++ libraries have too. The newer versions differ in nothing that we use. deploy/bundle checks what is left.
#pragma once

#if defined(__arm__)
// glibc 2.34 moved libpthread into libc; libstdc++ 12 changed nothing here but the version.
__asm__(".symver pthread_setaffinity_np,pthread_setaffinity_np@GLIBC_2.4");
__asm__(".symver _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE,"
        "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");
#endif
