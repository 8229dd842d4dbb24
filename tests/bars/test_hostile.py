"""Files sent to harm: each refused for the right reason, within bounds, and nothing of it stays; what people send in good faith is kept."""

from __future__ import annotations

import resource
import tracemalloc

import pytest

from kechuang.casework import files, looking
from kechuang.casework.models import Attachment
from kechuang.words.outcome import Refused
from tests.bars import hostile
from tests.casework.sealed import folders
from tests.factories import START, Region, a_case

pytestmark = [pytest.mark.django_db, pytest.mark.bar]
CORPUS, GOOD = list(hostile.refused()), list(hostile.taken())
MOST_MEMORY, MOST_SECONDS = 200 << 20, 5


@pytest.fixture
def case(settings, tmp_path):
    folders(settings, tmp_path)
    return a_case(Region())


def kept(case, name: str, content: bytes) -> Attachment:
    chunks = (content[at : at + (1 << 16)] for at in range(0, len(content), 1 << 16))
    return files.keep(case, "plan", name, chunks, by=None, on=START)


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 60


def test_every_file_of_the_corpus_is_refused_for_its_reason_and_leaves_nothing(case):
    wrong = []
    for name, made, code in CORPUS:
        content = made()
        try:
            kept(case, name, content)
            wrong.append((name, "kept", code))
        except Refused as refusal:
            wrong += [] if refusal.codes == [code] else [(name, refusal.codes, code)]
    left = [path for path in files.folder().rglob("*") if path.is_file()]
    assert (wrong, left, Attachment.objects.count()) == ([], [], 0)


def test_no_file_of_the_corpus_costs_more_memory_or_processor_than_it_may(case):
    costly = []
    for name, made, _ in CORPUS:
        content = made()
        began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        tracemalloc.start()
        with pytest.raises(Refused):
            kept(case, name, content)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - began
        costly += [(name, most, spent)] if most > MOST_MEMORY or spent > MOST_SECONDS else []
    assert costly == []


@pytest.mark.parametrize(("name", "made", "wanted"), GOOD, ids=[name[:20] for name, _, _ in GOOD])
def test_what_people_send_in_good_faith_is_kept_under_a_safe_name(case, name, made, wanted):
    assert kept(case, name, made()).name == wanted


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jpg", hostile.jpg(more=hostile.GPS)), ("a.png", hostile.png(more=hostile.chunk(b"eXIf", b"GPS 40.8N")))],
)
def test_where_and_with_what_a_picture_was_taken_is_not_kept(case, name, content):
    row = kept(case, name, content)

    assert (b"GPS" in content, b"GPS" in files.opened(row).read()) == (True, False)
    assert files.path_of(row.digest).stat().st_size == row.size


def test_the_bar_finds_a_house_that_does_not_look(case, monkeypatch):
    monkeypatch.setattr(looking, "judge", lambda path, ending: None)

    assert kept(case, "script.pdf", hostile.pdf(b"/S /JavaScript")).name == "script.pdf"
