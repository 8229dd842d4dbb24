"""The book: read strictly, spliced, frozen for a round and thawed; the only place that reads YAML."""

from kechuang.casework.book.conditions import STAGES, eligibility, limits, none_known, scope_of, unmet
from kechuang.casework.book.frozen import Frozen, RoundPages, freeze, letters_of, policies_of, thaw, thawed
from kechuang.casework.book.marks import located, where
from kechuang.casework.book.params import in_force, params_on, worth
from kechuang.casework.book.reader import Mark, Page, read_page
from kechuang.casework.book.shelf import Book, packaged, parents, read, sources_in

__all__ = ["STAGES", "Book", "Frozen", "Mark", "Page", "RoundPages", "eligibility", "freeze", "in_force", "letters_of"]
__all__ += ["limits", "located", "none_known", "packaged", "params_on", "parents", "policies_of", "read", "read_page"]
__all__ += ["scope_of", "sources_in", "thaw", "thawed", "unmet", "where", "worth"]
