"""The kernel's locks, through ctypes: what a process can take away from itself, for good.

    >>> no_new_privileges(); landlock()  # doctest: +SKIP
    7

Each function does its work, or returns that this kernel does not offer it, or raises OSError. None can be
undone, and child processes inherit all but `die_with_parent`. Only the standard library is used: this runs in
the sandbox's own process.
"""

from __future__ import annotations

import ctypes
import os
import signal

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # the same numbers on every architecture


class _Filter(ctypes.Structure):
    """struct sock_fprog: a seccomp-BPF program and its length in instructions."""

    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr, as of ABI 6: which accesses are refused unless a rule allows them."""

    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


def _must(result: int, what: str) -> int:
    """Return ``result`` unless it reports an error."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(option: int, what: str, value: int, address: int = 0) -> None:
    # Each as wide as a register: a plain int would be passed as 32 bits.
    arguments = [ctypes.c_ulong(number) for number in (value, address, 0, 0)]
    _must(_libc.prctl(option, *arguments), what)


def no_new_privileges() -> None:
    """Make set-user-id programs and file capabilities powerless; Landlock and seccomp ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, "no new privileges", 1)


def die_with_parent(parent: int) -> None:
    """Be killed when process ``parent`` ends, however it ends. Ends at once if that has already happened."""
    _prctl(_PR_SET_PDEATHSIG, "die with the parent", signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def own_network() -> bool:
    """Move into an empty network of one's own; False where this kernel or container does not permit it."""
    # An ordinary user may make one only within a user namespace; root in a container perhaps only without.
    return any(_libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def drop_capabilities() -> None:
    """Give up root's special rights (a runner may well be started by root in a container)."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _must(_libc.capset(header, (ctypes.c_uint32 * 6)()), "drop capabilities")


def landlock() -> int:
    """Refuse all files, TCP ports, abstract sockets and signals to outside; return the ABI, 0 for none.

    Method: kernel documentation, userspace-api/landlock.
    """
    abi: int = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return 0
    # Thirteen rights over files at first; later rename across folders, truncate, ioctl on devices.
    rights = 13 + (abi >= 2) + (abi >= 3) + (abi >= 5)
    rules = _Ruleset((1 << rights) - 1, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    # An older kernel refuses a longer struct than it knows.
    size = ctypes.c_size_t(24 if abi >= 6 else 16 if abi >= 4 else 8)
    made = _libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), size, ctypes.c_uint32(0))
    descriptor = _must(made, "landlock rules")
    _must(_libc.syscall(_LANDLOCK_RESTRICT_SELF, descriptor, ctypes.c_uint32(0)), "landlock")
    os.close(descriptor)
    return abi


def install_filter(program: bytes) -> None:
    """Allow from now on only the system calls that ``program`` (see seccomp.py) lets through."""
    filter_ = _Filter(len(program) // 8, program)
    _prctl(_PR_SET_SECCOMP, "seccomp", _SECCOMP_MODE_FILTER, ctypes.addressof(filter_))
