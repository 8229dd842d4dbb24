"""The addresses of the pages: each file of views lists its own."""

from __future__ import annotations

from kechuang.faces.web import (
    account,
    applicant,
    budgets,
    cases,
    ceremony,
    expert,
    finding,
    imports,
    letters,
    look,
    money,
    officer,
    papers,
    people,
    public,
    public_draws,
    rounds,
    supervisor,
)

urlpatterns = [
    *papers.urlpatterns,
    *public.urlpatterns,
    *public_draws.urlpatterns,
    *finding.urlpatterns,
    *account.urlpatterns,
    *applicant.urlpatterns,
    *cases.urlpatterns,
    *officer.urlpatterns,
    *rounds.urlpatterns,
    *ceremony.urlpatterns,
    *money.urlpatterns,
    *budgets.urlpatterns,
    *people.urlpatterns,
    *expert.urlpatterns,
    *supervisor.urlpatterns,
    *imports.urlpatterns,
    *letters.urlpatterns,
    *look.urlpatterns,
]
