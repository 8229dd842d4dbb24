"""Asks the simulator: here where it is loaded already (jobs, commands, tests), else in one process beside all web workers.

The process is started by the first question and answers on a socket of its own, a line a connection. It keeps its
populations warm, and ends with the service that started it, or after a quarter of an hour without a question.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

SIMULATOR = "kechuang.desks.policies.simulator"
COMMAND = (sys.executable, "-c", "from kechuang.faces.cli import main; main()", "simulator")
SECONDS = 30.0
STARTING = 20.0  # seconds that a process has to begin to listen before another is started
STARTED: Mapping[str, Any] = {"preparing": [0, 1]}

_started: list[tuple[float, subprocess.Popen[bytes]]] = []


@lru_cache(maxsize=4)
def address() -> Path:
    """The socket of this installation and version, in a folder that only this user may enter."""
    code = Path(__file__).resolve().parents[2]
    newest = max(
        path.stat().st_mtime_ns
        for room in ("engines/rules", "desks/policies", "formula")
        for path in (code / room).glob("*.py")
    )
    name = sha256(f"{settings.DATA}\0{settings.DATABASE_URL}\0{newest}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kechuang-{os.getuid()}" / f"{name}.sock"


def folder(path: Path) -> None:
    """The folder of the socket: ours alone, or PermissionError."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{path} is open to others")


def simulated(asked: Mapping[str, Any], *, seconds: float = SECONDS) -> dict[str, Any]:
    """The figures asked for, see `simulator.answered`; `{"preparing": [done, of]}` while it starts or makes its
    population, `{"busy": True}` where it takes longer than `seconds`."""
    loaded = sys.modules.get(SIMULATOR)
    said: dict[str, Any] = loaded.here().answer(asked) if loaded else _beside(asked, seconds)
    return said


def begun(job: str) -> None:
    """Begin a job whose progress and result stand in its row: at once where the simulator is loaded, else beside."""
    loaded = sys.modules.get(SIMULATOR)
    if loaded:
        loaded.carried_out(job)
        return
    until = time.monotonic() + SECONDS
    while "begun" not in _beside({"job": job}, SECONDS) and time.monotonic() < until:
        time.sleep(0.2)


def warm() -> None:
    """Start the process if it does not run: whoever opens the list of policies will ask soon."""
    if SIMULATOR not in sys.modules:
        _beside({"warm": True}, 0.5)


def _beside(asked: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """One question to the process beside; started where nobody listens."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(str(address()))
            line.sendall(json.dumps(asked).encode() + b"\n")
            said = b"".join(iter(lambda: line.recv(65536), b""))
    except TimeoutError:
        return {"busy": True}
    except (FileNotFoundError, ConnectionError):
        _start()
        return dict(STARTED)
    return json.loads(said) if said else {"refused": "simulator_ended"}


def _starts_elsewhere() -> bool:
    """Whether another worker has started it: the process holds its lock from its first moment."""
    with open(address().with_suffix(".lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _start() -> None:
    """Start the process, unless this worker did a moment ago; of two that start at once the second gives way."""
    if _started and time.monotonic() - _started[-1][0] < STARTING and _started[-1][1].poll() is None:
        return
    folder(address().parent)
    if _starts_elsewhere():
        return
    service = os.getppid() if "KECHUANG_FRONT_SECRET" in os.environ else os.getpid()
    child = subprocess.Popen([*COMMAND, "--while", str(service)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _started[:] = [(time.monotonic(), child)]
