"""The list of system calls a foreign program may make, and the kernel's filter (seccomp-BPF) made from it.

    >>> len(filter_program("x86_64")) // 8  # instructions of 8 bytes
    37

The filter is data: it is computed here and handed to the process that installs it. It is a list of what is
*allowed*, so a system call that nobody thought of, or that a later kernel adds, is refused.
"""

from __future__ import annotations

import struct

# Enough for Python to compute, allocate, sleep and write to what is already open; and nothing else. What is
# missing is the point. No open, stat or readlink: no files at all. No socket: no network. No fork, clone or
# execve: no processes and no threads. No kill, ptrace, process_vm_* or prlimit64: no hold on other processes.
# No close or dup: the channel of results can be neither closed nor replaced, not even by accident.
ALLOWED: dict[str, tuple[int | None, int | None]] = {  # name: (number on x86_64, on aarch64)
    "read": (0, 63),
    "write": (1, 64),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "futex": (202, 98),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# machine: (its column above, AUDIT_ARCH_* of linux/audit.h: 64 bit, little endian, ELF machine number)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
_NUMBER_AT, _ARCH_AT = 0, 4  # offsets in struct seccomp_data
# SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | EPERM
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001


def filter_program(machine: str) -> bytes:
    """Return the filter for ``machine`` (a key of MACHINES): an array of struct sock_filter.

    A call that is not allowed fails with EPERM, which Python shows as PermissionError. A call made through
    another ABI of the same processor (32-bit code on x86_64) kills the process: its numbers mean other calls.
    The x32 ABI needs no case: its numbers carry a bit that makes them equal to none of ours.

    Method: kernel documentation, userspace-api/seccomp_filter.
    """
    column, arch = MACHINES[machine]
    numbers = [row[column] for row in ALLOWED.values()]
    wanted = [number for number in numbers if number is not None]
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_JUMP_IF_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    # A jump says how many instructions to skip if true, if false: from test i to the ALLOW at the very end.
    steps += [(_JUMP_IF_EQUAL, len(wanted) - i, 0, number) for i, number in enumerate(wanted)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
