"""One parent keeps the parts of the service alive: each is forked from it, ends with it, and is forked again if it falls."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping

AGAIN = 1.0  # seconds before a part that fell at once is started again
_SHORT = 5.0  # seconds
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_LAST = 25.0  # seconds for a part to end by itself


class _Stop(BaseException):
    """A signal asked the parent to end."""


def keep(parts: Mapping[str, Callable[[], None]], say: Callable[[str], None]) -> None:
    """Run every part in a process of its own until SIGTERM or SIGINT; they are ended in the order given."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    running: dict[int, tuple[str, float]] = {}
    try:
        for name in parts:
            _start(name, parts[name], running)
        while True:
            pid, status = os.waitpid(-1, 0)
            name, since = running.pop(pid, ("", 0.0))
            if name:
                say(f"{name} ended ({os.waitstatus_to_exitcode(status)}) and is started again")
                time.sleep(AGAIN if time.monotonic() - since < _SHORT else 0)
                _start(name, parts[name], running)
    except _Stop:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for name in parts:
            for pid in [pid for pid, (known, _) in running.items() if known == name]:
                _end(pid)


def die_with_parent() -> None:
    """Ask the system to kill this process when its parent ends, however that ends; only Linux can."""
    parent = os.getppid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _stop(*_: object) -> None:
    raise _Stop


def _start(name: str, part: Callable[[], None], running: dict[int, tuple[str, float]]) -> None:
    """A child that runs `part`, in a group of its own so that Ctrl-C reaches the parent alone.

    It stands in `running` before a signal can reach the parent: one that came between would leave it to be killed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    held = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, held)
    pid = os.fork()
    if pid:
        running[pid] = (name, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, held)
        return
    code = 1
    try:
        os.setpgrp()
        for number in held:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, held)
        die_with_parent()
        part()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end(pid: int) -> None:
    """Ask the child to end, and kill it if it does not."""
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _LAST
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
