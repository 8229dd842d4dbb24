"""`python -S bench/measured.py COMMAND …`: runs a command and tells its wall and CPU seconds and peak memory as JSON.

A process of its own and a small one: a child's peak memory counts what its parent held when it was started.
"""

import json
import os
import sys
import time


def main(out: str, command: list[str]) -> None:
    """The command's standard output goes to the file `out`, the figures to our own."""
    told = [(os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=told)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - start
    cpu = used.ru_utime + used.ru_stime
    json.dump({"wall": wall, "cpu": cpu, "mb": used.ru_maxrss // 1024, "status": status}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
