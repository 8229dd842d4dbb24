"""The book: read strictly, spliced, frozen for a round and thawed; the only place that reads YAML."""

from kechuang.casework.book.asking import Ask
from kechuang.casework.book.awards import Worked, award_amount, award_worked
from kechuang.casework.book.checking import Report, check, report
from kechuang.casework.book.conditions import STAGES, eligibility, limits, none_known, params_known, scope_of, unmet
from kechuang.casework.book.frozen import Frozen, RoundPages, freeze, letters_of, policies_of, thaw, thawed
from kechuang.casework.book.params import in_force, params_on, worth
from kechuang.casework.book.tracks import for_track, tracks_of
from kechuang.casework.shelf.book import Book, packaged, parents, read, sources_in
from kechuang.casework.shelf.marks import located, where
from kechuang.casework.shelf.reader import Mark, Page, read_page

__all__ = ["STAGES", "Ask", "Book", "Frozen", "Mark", "Page", "Report", "RoundPages", "Worked", "award_amount"]
__all__ += [
    "award_worked",
    "check",
    "eligibility",
    "freeze",
    "in_force",
    "letters_of",
    "limits",
    "located",
    "none_known",
    "packaged",
]
__all__ += ["params_known", "params_on", "parents", "policies_of", "read", "read_page", "report", "scope_of"]
__all__ += ["for_track", "sources_in", "thaw", "thawed", "tracks_of", "unmet", "where", "worth"]
