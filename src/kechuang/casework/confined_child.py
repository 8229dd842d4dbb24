"""Sets its own limits, then becomes the script it is given; run by `confined`, never imported by the house."""

import resource
import runpy
import sys

memory, seconds, script = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # at the hard one it is killed, and nobody learns why
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file is written
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.argv[1:] = sys.argv[4:]
runpy.run_path(script, run_name="__main__")
