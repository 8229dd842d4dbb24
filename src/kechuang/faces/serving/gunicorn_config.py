"""gunicorn's settings: threads behind a private socket, nothing listening but the front; values come from `kechuang serve`."""

from __future__ import annotations

import os
from pathlib import Path

RUNTIME = Path(os.environ.get("KECHUANG_RUNTIME", "."))

wsgi_app = "kechuang.faces.serving.wsgi:application"
bind = f"unix:{RUNTIME / 'app.sock'}"
control_socket = str(RUNTIME / "gunicorn.ctl")
worker_tmp_dir = str(RUNTIME)
umask = 0o077
worker_class = "gthread"
workers = int(os.environ.get("KECHUANG_WORKERS", "2"))
threads = int(os.environ.get("KECHUANG_THREADS", "4"))
backlog = 2048
preload_app = True
keepalive = 0
timeout = 60
graceful_timeout = 20
limit_request_line = 8190
limit_request_field_size = 16380
forwarded_allow_ips = "*"  # only the front reaches this socket
accesslog = None
errorlog = "-"
loglevel = "warning"
