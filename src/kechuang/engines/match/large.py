"""Search over millions of entries that everyone may see: the same tokens and questions, kept by a tantivy index handed in.

Its scores come from the counts of the whole index, so an entry that is not for everyone would move the order of others:
such entries are refused here, `Visible` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import tantivy

from kechuang.engines.match.search import (
    EVERYONE,
    PREFIX_WORTH,
    TITLE_BOOST,
    Entry,
    Found,
    Question,
    snippet,
)
from kechuang.engines.match.text import tokens

Clause = tuple[tantivy.Occur, tantivy.Query]
SPACED = "whitespace"


def schema() -> tantivy.Schema:
    """The fields of an index: words already cut and joined by spaces, exact values for the filters."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name=SPACED, index_option="freq")
    builder.add_text_field("places", tokenizer_name="raw", index_option="basic")
    for field in ("name", "kind"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("title", "text", "place"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", stored=True, indexed=True, fast=True)
    return builder.build()


def cut(entry: Entry) -> tuple[str, str]:
    """The words of the title and of the text joined by spaces: the slow part, which other processes may do."""
    return " ".join(tokens(entry.title)), " ".join(tokens(entry.text))


def document(entry: Entry, words: tuple[str, str]) -> tantivy.Document:
    """An entry, cut, as the index keeps it; ValueError for one that is not for everyone."""
    if entry.seen_by != (EVERYONE,):
        raise ValueError(f"{entry.name} is not for everyone: keep it where hidden entries move nothing (Visible)")
    made = tantivy.Document(
        name=entry.name,
        title=entry.title,
        text=entry.text,
        kind=entry.kind,
        year=entry.year,
        place=entry.place,
        words=" ".join((*[words[0]] * int(TITLE_BOOST), words[1])),
    )
    made.add_integer("year", entry.year)
    for end in range(1, len(entry.place) + 1):
        made.add_text("places", entry.place[:end])
    return made


class Large:
    """An index on disk or in memory, opened by who owns the disk; readers see what was committed."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._schema = index.schema
        tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(SPACED, tokenizer)

    def fill(self, entries: Iterable[tuple[Entry, tuple[str, str]]], *, heap: int = 128_000_000) -> None:
        """Put cut entries of new names in and commit them together, or nothing if the reading of them fails."""
        writer = self._index.writer(heap, 1)
        try:
            for entry, words in entries:
                writer.add_document(document(entry, words))
        except BaseException:
            writer.rollback()
            raise
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def add(self, entries: Iterable[Entry]) -> None:
        """Put entries in, each in the place of one of the same name, and commit them together."""
        writer = self._index.writer(15_000_000, 1)
        for entry in entries:
            writer.delete_documents_by_term("name", entry.name)
            writer.add_document(document(entry, cut(entry)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def remove(self, names: Iterable[str]) -> None:
        """Take entries out and commit."""
        writer = self._index.writer(15_000_000, 1)
        for name in names:
            writer.delete_documents_by_term("name", name)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, asked: Question, *, top: int = 20) -> tuple[Found, ...]:
        groups = [(tantivy.Occur.Should, self._group(group, asked.prefix)) for group in asked.groups]
        if not groups or EVERYONE not in asked.audience:
            return ()
        searcher = self._index.searcher()
        query = tantivy.Query.boolean_query(groups)
        if filters := self._filters(asked):
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *filters])
        hits = searcher.search(query, limit=top, count=False).hits
        found = [(score, _entry(searcher.doc(address))) for score, address in hits]
        ranked = sorted(found, key=lambda pair: (-pair[0], pair[1].name))
        return tuple(Found(entry, score, snippet(entry.text or entry.title, asked)) for score, entry in ranked)

    def _group(self, group: tuple[tuple[str, float], ...], prefix: str) -> tantivy.Query:
        """The best of a word, its synonyms and, while it is typed, what it may become.

        A word alone stays a bare term: only of those can the index skip what cannot be among the best.
        """
        terms = [self._boosted(self._term("words", token, "freq"), worth) for token, worth in group]
        if prefix and group[0][0] == prefix:
            longer = tantivy.Query.regex_query(self._schema, "words", re.escape(prefix) + ".+")
            terms.append(self._boosted(longer, PREFIX_WORTH))
        return terms[0] if len(terms) == 1 else tantivy.Query.disjunction_max_query(terms)

    def _boosted(self, query: tantivy.Query, worth: float) -> tantivy.Query:
        return query if worth == 1.0 else tantivy.Query.boost_query(query, worth)

    def _term(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, option)

    def _filters(self, asked: Question) -> list[Clause]:
        """Every filter is a must that gives no score."""
        wanted = []
        if asked.kinds:
            wanted.append(self._any("kind", asked.kinds))
        if asked.place:
            wanted.append(self._term("places", asked.place))
        if asked.years is not None:
            low, high = asked.years
            wanted.append(tantivy.Query.range_query(self._schema, "year", tantivy.FieldType.Integer, low, high))
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in wanted]

    def _any(self, field: str, values: Iterable[str]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term(field, value)) for value in values])


def _entry(kept: tantivy.Document) -> Entry:
    name, title, text, kind, place = (
        str(kept.get_first(field) or "") for field in ("name", "title", "text", "kind", "place")
    )
    return Entry(name, title, text, kind, kept.get_first("year") or 0, place)
