"""Search over hundreds of thousands of entries: the same tokens and questions, kept by a tantivy index handed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import tantivy

from kechuang.engines.match.search import (
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
    for field in ("title_words", "text_words"):
        builder.add_text_field(field, tokenizer_name=SPACED, index_option="freq")
    for field in ("places", "audience"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("name", "kind"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("title", "text", "place", "seen_by"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", stored=True, indexed=True, fast=True)
    return builder.build()


def cut(entry: Entry) -> tuple[str, str]:
    """The words of the title and of the text joined by spaces: the slow part, which other processes may do."""
    return " ".join(tokens(entry.title)), " ".join(tokens(entry.text))


def document(entry: Entry, words: tuple[str, str]) -> tantivy.Document:
    """An entry, cut, as the index keeps it."""
    made = tantivy.Document(
        name=entry.name,
        title=entry.title,
        text=entry.text,
        kind=entry.kind,
        year=entry.year,
        place=entry.place,
        title_words=words[0],
        text_words=words[1],
    )
    made.add_integer("year", entry.year)
    for end in range(1, len(entry.place) + 1):
        made.add_text("places", entry.place[:end])
    for reader in entry.seen_by:
        made.add_text("audience", reader)
        made.add_text("seen_by", reader)
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
        if not groups:
            return ()
        words = tantivy.Query.boolean_query(groups)
        whole = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *self._filters(asked)])
        searcher = self._index.searcher()
        hits = searcher.search(whole, limit=top, count=False).hits
        found = [(score, _entry(searcher.doc(address))) for score, address in hits]
        ranked = sorted(found, key=lambda pair: (-pair[0], pair[1].name))
        return tuple(Found(entry, score, snippet(entry.text or entry.title, asked)) for score, entry in ranked)

    def _group(self, group: Iterable[tuple[str, float]], prefix: str) -> tantivy.Query:
        """The best of a word, its synonyms and, while it is typed, what it may become."""
        clauses = [clause for token, worth in group for clause in self._word(token, worth)]
        if prefix and any(token == prefix for token, _ in group):
            begun = re.escape(prefix) + ".+"
            for field in ("title_words", "text_words"):
                longer = tantivy.Query.regex_query(self._schema, field, begun)
                clauses.append(tantivy.Query.boost_query(longer, PREFIX_WORTH))
        return tantivy.Query.disjunction_max_query(clauses, 0.1)

    def _word(self, token: str, worth: float) -> Iterator[tantivy.Query]:
        for field, boost in (("title_words", TITLE_BOOST), ("text_words", 1.0)):
            term = tantivy.Query.term_query(self._schema, field, token, "freq")
            yield tantivy.Query.boost_query(term, worth * boost)

    def _filters(self, asked: Question) -> Iterator[Clause]:
        """Every filter is a must that gives no score."""
        wanted: list[tantivy.Query] = [tantivy.Query.term_set_query(self._schema, "audience", list(asked.audience))]
        if asked.kinds:
            wanted.append(tantivy.Query.term_set_query(self._schema, "kind", list(asked.kinds)))
        if asked.place:
            wanted.append(tantivy.Query.term_query(self._schema, "places", asked.place, "basic"))
        if asked.years is not None:
            low, high = asked.years
            wanted.append(tantivy.Query.range_query(self._schema, "year", tantivy.FieldType.Integer, low, high))
        for one in wanted:
            yield tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)


def _entry(kept: tantivy.Document) -> Entry:
    first = {field: kept.get_first(field) for field in ("name", "title", "text", "kind", "place")}
    return Entry(
        **{field: value or "" for field, value in first.items()},
        year=kept.get_first("year") or 0,
        seen_by=tuple(kept.get_all("seen_by")),
    )
