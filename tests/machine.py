"""What the machine must lend to the tests: a Chromium, and throwaway PostgreSQL clusters; each absence is said, never hidden."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SERVER = ("initdb", "pg_ctl", "postgres")


def chromium() -> str:
    """The path of an installed Chromium, "" if there is none."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), "")


def chromium_or_why_not() -> str:
    """Install Debian's Chromium where that can be done; one sentence on how it ended."""
    return _lent("chromium", "chromium", chromium, "browser tests will be skipped")


def java() -> str:
    """The path of a Java, "" if there is none."""
    return shutil.which("java") or ""


def java_or_why_not() -> str:
    """Install Debian's Java 17, which Spark needs, where that can be done; one sentence on how it ended."""
    return _lent("java", "openjdk-17-jre-headless", java, "what runs on Spark will be skipped")


def _lent(name: str, package: str, there: Callable[[], str], else_: str) -> str:
    if path := there():
        return f"{name}: {path}"
    if not shutil.which("apt-get"):
        return f"{name}: not here, and there is no apt-get: {else_}"
    if os.geteuid():
        return f"{name}: not here, and only root may install it (apt-get install {package}): {else_}"
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return f"{name}: `{' '.join(command)}` took more than five minutes: {else_}"
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            return f"{name}: `{' '.join(command)}` failed ({last}): {else_}"
    return f"{name}: {there() or f'still not here: {else_}'}"


def server_folder() -> Path | None:
    """Where initdb, pg_ctl and postgres lie together: on PATH or where Debian puts them, the newest first."""
    on_path = [Path(path).resolve().parent for name in SERVER if (path := shutil.which(name))]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    return next((folder for folder in [*on_path, *debian] if all((folder / name).exists() for name in SERVER)), None)


def no_cluster() -> str:
    """Why no PostgreSQL cluster can be started here, "" if one can."""
    if server_folder() is None:
        return "no PostgreSQL server binary (initdb, pg_ctl) on PATH or in /usr/lib/postgresql"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as"
    return ""


def _other_user() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A throwaway PostgreSQL: the URL of its empty database, its folder, and what it is started with."""

    folder: Path
    url: str
    options: str

    def start(self) -> None:
        _run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", self.options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """As a machine that falls over: nothing is flushed, the next start recovers; or, by `fast`, as it should be."""
        _run("pg_ctl", "-D", f"{self.folder}/data", "-m", mode, "-w", "stop")

    @property
    def runs(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()


@contextmanager
def a_cluster(like: Path | None = None, **settings: str) -> Iterator[Cluster]:
    """A running cluster on a free port of 127.0.0.1, empty or a copy of a stopped one; all of it is gone afterwards."""
    folder = Path(mkdtemp(prefix="kechuang-postgres-"))
    try:
        if like is None:
            _initialised(folder)
        else:
            subprocess.run(["cp", "-a", f"{like}/.", str(folder)], check=True)
        password = (folder / "password").read_text("utf-8")
        port = free_port()
        told = {"port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), **settings}
        options = " ".join(f"-c {name}={value}" for name, value in told.items())
        made = Cluster(folder, f"postgresql://kechuang:{password}@127.0.0.1:{port}/postgres", options)
        made.start()
        try:
            yield made
        finally:
            if made.runs:
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialised(folder: Path) -> None:
    (folder / "password").write_text(secrets.token_hex(8), "utf-8")
    if os.geteuid() == 0:
        shutil.chown(folder / "password", _other_user())
        shutil.chown(folder, _other_user())
    auth = ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}"]
    _run("initdb", "-D", f"{folder}/data", "-U", "kechuang", "-E", "UTF8", "--locale=C", "--no-sync", *auth)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _run(name: str, *arguments: str) -> None:
    folder = server_folder()
    assert folder is not None
    user = _other_user() if os.geteuid() == 0 else None
    group = pwd.getpwnam(user).pw_gid if user else None
    done = subprocess.run(
        [str(folder / name), *arguments], user=user, group=group, extra_groups=[] if user else None, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()}")


if __name__ == "__main__":
    lent = {"chromium": chromium_or_why_not, "java": java_or_why_not}
    if len(sys.argv) != 2 or sys.argv[1] not in lent:
        sys.exit("usage: python tests/machine.py chromium | java")
    sys.stdout.write(lent[sys.argv[1]]() + "\n")
