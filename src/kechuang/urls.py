"""Every address, by face."""

from __future__ import annotations

from kechuang.faces.api import urls as api
from kechuang.faces.web import urls as web

urlpatterns = [*web.urlpatterns, *api.urlpatterns]
handler400 = "kechuang.faces.web.mishaps.bad_request"
handler403 = "kechuang.faces.web.mishaps.forbidden"
handler404 = "kechuang.faces.web.mishaps.not_found"
handler500 = "kechuang.faces.web.mishaps.server_error"
