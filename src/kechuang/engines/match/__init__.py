"""Match: near-duplicates, affinity and search over texts."""

from kechuang.engines.match.affinity import Affinity, Profiles, Work, affinities, profiles
from kechuang.engines.match.compact import Builder, Segment, merged
from kechuang.engines.match.evidence import Evidence, Passage, evidence
from kechuang.engines.match.fingerprints import boilerplate, containment, sketch, sketches
from kechuang.engines.match.index import Hit, Index
from kechuang.engines.match.likeness import Kind, Standing, Team, items_repeated, items_twice, kind, same_people
from kechuang.engines.match.nearest import Candidate, candidates
from kechuang.engines.match.rewritten import rewritten
from kechuang.engines.match.search import Entry, Found, Question, Searchable, Small, Snippet, question, snippet
from kechuang.engines.match.store import Memory, Store
from kechuang.engines.match.text import aligned, normalise, placed_tokens, tokens
from kechuang.engines.match.visible import Part, PartBuilder, Visible, merged_parts

__all__ = [
    "Affinity",
    "Builder",
    "Candidate",
    "Entry",
    "Evidence",
    "Found",
    "Hit",
    "Index",
    "Kind",
    "Memory",
    "Part",
    "PartBuilder",
    "Passage",
    "Profiles",
    "Question",
    "Searchable",
    "Segment",
    "Small",
    "Snippet",
    "Standing",
    "Store",
    "Team",
    "Visible",
    "Work",
    "affinities",
    "aligned",
    "boilerplate",
    "candidates",
    "containment",
    "evidence",
    "items_repeated",
    "items_twice",
    "kind",
    "merged",
    "merged_parts",
    "normalise",
    "placed_tokens",
    "profiles",
    "question",
    "rewritten",
    "same_people",
    "sketch",
    "sketches",
    "snippet",
    "tokens",
]
