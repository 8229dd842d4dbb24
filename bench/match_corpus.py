"""Real abstracts, a widened corpus of their sentences, and seeded edits as copyists make them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import rjieba

from kechuang.engines.match import normalise

SENTENCE = re.compile(r"[^。；;.!?！？]+[。；;.!?！？]?")
CLAUSE = re.compile(r"[^，。；,;.!?！？]+[，。；,;.!?！？]?")
_PAIRS = """研究/探讨 分析/剖析 方法/手段 提出/给出 利用/运用 采用/使用 结果/结论 表明/显示 建立/构建 影响/作用
提高/提升 实现/达成 基于/依据 通过/经由 进行/开展 问题/难题 重要/关键 发展/演进 技术/工艺 系统/体系 模型/模式 设计/规划
有效/高效 具有/拥有 主要/首要 不同/各异 目前/当前 特点/特征 应用/使用 针对/面向 探讨/研讨 存在/具有 增加/增多 降低/减少
因此/所以 以及/和 必须/务必 过程/进程 情况/状况 作用/功效 条件/前提 明显/显著 原因/缘由 促进/推动 保证/确保 能力/本领
需要/需求 完善/健全 解决/化解 介绍/阐述 讨论/议论 比较/对比 优化/改进 控制/管控 验证/检验 认为/指出 发现/察觉"""
SYNONYMS = dict(pair.split("/") for pair in _PAIRS.split())


@dataclass(frozen=True, slots=True)
class Corpus:
    """`sources` are indexed and edited, `donors` are indexed and recombined, `fresh` are never indexed."""

    sources: dict[str, str]
    donors: dict[str, str]
    fresh: dict[str, str]
    titles: dict[str, str]


def real(path: Path, *, sources: int = 1200, fresh: int = 1000) -> Corpus:
    """Split the real abstracts by a hash of their text, each text once."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = {normalise(row["abstract"])[:60]: row for row in csv.DictReader(lines)}
    ranked = sorted(rows.values(), key=lambda row: sha256(row["doc_id"].encode()).hexdigest())
    texts = {row["doc_id"]: row["abstract"] for row in ranked if len(normalise(row["abstract"])) >= 60}
    names = list(texts)
    parts = names[:sources], names[sources : len(names) - fresh], names[len(names) - fresh :]
    titles = {row["doc_id"]: row["title"] for row in ranked}
    return Corpus(*({name: texts[name] for name in part} for part in parts), titles)


def widened(corpus: Corpus, size: int, *, seed: int) -> Iterator[tuple[str, str]]:
    """`size` documents: the real ones, then recombinations of two to six sentences of the donors."""
    yield from corpus.sources.items()
    yield from corpus.donors.items()
    random = Random(seed)
    pool = [part for text in corpus.donors.values() for part in SENTENCE.findall(text) if len(part) > 8]
    lengths = [len(text) for text in corpus.donors.values()]
    for number in range(size - len(corpus.sources) - len(corpus.donors)):
        wanted = random.choice(lengths)
        text = ""
        while len(text) < wanted:
            text += random.choice(pool)
        yield f"made_{number}", text


def units(text: str) -> list[str]:
    """Sentences; clauses where there are fewer than four sentences."""
    found = [part for part in SENTENCE.findall(text) if len(part) > 4]
    return found if len(found) >= 4 else [part for part in CLAUSE.findall(text) if part.strip()]


def kept(text: str, share: float, random: Random, filler: str) -> str:
    """At least `share` of the text in its units, the rest replaced by units of a text not indexed."""
    pieces = units(text)
    order = random.sample(range(len(pieces)), len(pieces))
    chosen: set[int] = set()
    for place in order:
        if sum(len(pieces[one]) for one in chosen) >= share * len(text):
            break
        chosen.add(place)
    spare = iter(units(filler) * 20)
    return "".join(piece if place in chosen else next(spare, "") for place, piece in enumerate(pieces))


def cut(text: str, share: float, random: Random) -> str:
    """At least `share` of the text, the rest left out."""
    return kept(text, share, random, "。")


def reordered(text: str, random: Random) -> str:
    pieces = units(text)
    return "".join(random.sample(pieces, len(pieces)))


def swapped(text: str, share: float, random: Random, words: list[str]) -> str:
    """Synonyms where the small table has one; of the other words `share` replaced by words of the language."""
    made = []
    for word in rjieba.cut(text):
        if word in SYNONYMS and random.random() < 0.8:
            made.append(SYNONYMS[word])
        elif len(word) > 1 and word.isalpha() and random.random() < share:
            made.append(random.choice(words))
        else:
            made.append(word)
    return "".join(made)


def half_rewritten(text: str, random: Random, words: list[str]) -> str:
    """Every second unit paraphrased."""
    pieces = units(text)
    return "".join(swapped(one, 0.4, random, words) if place % 2 else one for place, one in enumerate(pieces))


def edits(corpus: Corpus, *, seed: int) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """For each kind of edit, (names of the sources, edited text) of every source."""
    random = Random(seed)
    words = sorted({word for text in corpus.donors.values() for word in rjieba.cut(text) if len(word) == 2})
    names, fresh = list(corpus.sources), list(corpus.fresh.values())
    kinds: dict[str, Callable[[str], str]] = {
        "reordered": lambda text: reordered(text, random),
        "synonyms and 10 % of words": lambda text: swapped(text, 0.1, random, words),
        "synonyms and 20 % of words": lambda text: swapped(text, 0.2, random, words),
        "70 % kept": lambda text: kept(text, 0.7, random, random.choice(fresh)),
        "50 % kept": lambda text: kept(text, 0.5, random, random.choice(fresh)),
        "50 % kept, rest cut": lambda text: cut(text, 0.5, random),
        "30 % kept": lambda text: kept(text, 0.3, random, random.choice(fresh)),
        "title changed": lambda text: random.choice(list(corpus.titles.values())) + "\n" + text,
        "half rewritten": lambda text: half_rewritten(text, random, words),
        "heavy paraphrase": lambda text: swapped(reordered(text, random), 0.4, random, words),
    }
    made = {kind: [((name,), change(corpus.sources[name])) for name in names] for kind, change in kinds.items()}
    pairs = [(name, names[place - 1]) for place, name in enumerate(names)]
    made["two merged"] = [(pair, "".join(corpus.sources[one] for one in pair)) for pair in pairs]
    return made
