"""The look obeys its own rules: equal dark blocks, no inline styles or scripts, small islands, every class known."""

from __future__ import annotations

import re
from pathlib import Path

import kechuang.faces.web as web

WEB = Path(web.__file__).parent
STATIC, TEMPLATES = WEB / "static", WEB / "templates"
SHEETS = ("tokens.css", "components.css", "parts.css", "print.css")


def sheet(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def pages() -> dict[str, str]:
    return {str(p.relative_to(TEMPLATES)): p.read_text("utf-8") for p in TEMPLATES.rglob("*.html")}


def values(block: str) -> list[str]:
    return re.findall(r"(--[a-z0-9-]+:\s*[^;]+|color-scheme:\s*\w+);", block)


def dark_blocks(tokens: str) -> tuple[list[str], list[str]]:
    chosen = re.search(r'\n  \[data-theme="dark"\] \{(.*?)\n  \}', tokens, re.DOTALL)
    system = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\n  \}", tokens, re.DOTALL)
    return values(chosen[1]), values(system[1])


def test_both_dark_blocks_are_equal():
    chosen, system = dark_blocks(sheet("tokens.css"))
    assert len(chosen) > 30
    assert chosen == system


def test_a_dark_page_prints_on_white_paper():
    tokens = sheet("tokens.css")
    assert tokens.count("color-scheme: dark;") == len(
        re.findall(r"@media screen[^{]*\{\s*[^{]+\{\s*color-scheme: dark;", tokens)
    )


def test_a_dark_block_that_differs_is_seen():
    chosen, system = dark_blocks(sheet("tokens.css").replace("--ink: #eceae2", "--ink: #ffffff", 1))
    assert [pair for pair in zip(chosen, system, strict=True) if pair[0] != pair[1]] == [
        ("--ink: #ffffff", "--ink: #eceae2")
    ]


def test_every_colour_has_its_value_in_tokens_alone():
    stray = {name: re.findall(r"#[0-9a-f]{6}\b", sheet(name)) for name in ("components.css", "parts.css")}
    assert stray == {"components.css": [], "parts.css": []}


def test_every_token_that_is_used_is_given():
    given = set(re.findall(r"(--[a-z0-9-]+):", sheet("tokens.css")))
    used = {token for name in SHEETS for token in re.findall(r"var\((--[a-z0-9-]+)", sheet(name))}
    used |= {token for text in pages().values() for token in re.findall(r"var\((--[a-z0-9-]+)", text)}
    assert sorted(used - given) == []


def test_no_template_carries_a_style_or_a_script_of_its_own():
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:|hx-on|hx-vals='?js:")
    assert {name: inline.findall(text) for name, text in pages().items() if inline.search(text)} == {}


def test_no_template_reaches_for_another_host():
    assert [name for name, text in pages().items() if re.search(r"(src|href|action)=\"(https?:)?//", text)] == []


def test_every_template_opens_by_saying_what_it_shows():
    opening = re.compile(r"\{#\s[^#]+\.\s#\}|\{%\scomment\s%\}.+\.\{%\sendcomment\s%\}")
    assert [name for name, text in pages().items() if not opening.match(text)] == []


def test_an_island_is_at_most_a_hundred_lines():
    lengths = {p.name: len(p.read_text("utf-8").splitlines()) for p in STATIC.glob("*.js")}
    assert {name: n for name, n in lengths.items() if n > 100} == {}


def test_every_class_on_a_template_is_known_to_the_sheets_or_the_islands():
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(map(sheet, SHEETS))))
    used = set()
    for text in pages().values():
        plain = re.sub(r"\{%.*?%\}", " ", re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*", " ", text))
        for names in re.findall(r'class="([^"]*)"', plain):
            used |= set(names.split())
    assert sorted(used - known) == []


def test_css_newer_than_the_oldest_browser_is_left_out():
    newest = re.compile(r":has\(|color-mix|@container|@layer")
    assert {name: newest.findall(sheet(name)) for name in SHEETS} == {name: [] for name in SHEETS}


def without_heads(text: str) -> list[str]:
    """Cells of folding tables that stand on a phone without the name of their column."""
    cells = (
        cell
        for table in re.findall(r'class="table-box fold[^>]*>.*?</table>', text, re.DOTALL)
        for cell in re.findall(r"<td(?:[^>]|%\}|(?<=%)>)*>", table)
    )
    return [cell for cell in cells if not re.search(r"data-l|lead-cell|\balone\b|colspan|hide-s", cell)]


def test_every_cell_of_a_table_that_folds_names_its_column():
    assert {name: cells for name, text in pages().items() if (cells := without_heads(text))} == {}


def test_a_cell_without_its_column_is_seen():
    planted = pages()["expert/fees.html"].replace(" data-l=", " title=", 1)
    assert len(without_heads(planted)) == 1


# Contrast, as WCAG 2.1 reckons it

GROUNDS, INKS = (
    ("paper", "surface", "sunken", "hover"),
    ("ink", "ink-2", "ink-3", "primary", "grass", "sky", "sun", "clay"),
)
WASHES = ("grass", "sky", "sun", "clay")
STEPS = (("on-step-12", "step-1"), ("on-step-12", "step-2"), ("on-step-3", "step-3"), ("step-4-text", "step-4"), ("on-step-45", "step-5"))  # fmt: skip
LEAST = 4.5


def modes(tokens: str) -> dict[str, dict[str, str]]:
    """The colours by name, in light and in dark."""
    light = tokens.partition("@media screen")[0]
    dark = re.search(r'\n  \[data-theme="dark"\] \{(.*?)\n  \}', tokens, re.DOTALL)[1]
    return {name: dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block)) for name, block in (("light", light), ("dark", dark))}  # fmt: skip


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on_ground() -> set[tuple[str, str]]:
    """Every pair of text and ground: inks on grounds and washes, steps, and what one rule of the sheets sets together."""
    pairs = {(ink, ground) for ink in INKS for ground in GROUNDS} | set(STEPS)
    pairs |= {(ink, f"{wash}-wash") for wash in WASHES for ink in (wash, "ink", "ink-2", "ink-3")}
    for name in ("components.css", "parts.css"):
        for rule in re.findall(r"\{([^{}]*)\}", sheet(name)):
            ground = re.search(r"(?<![-\w])background: var\(--([\w-]+)\)", rule)
            ink = re.search(r"(?<![-\w])color: var\(--([\w-]+)\)", rule)
            pairs |= {(ink[1], ground[1])} if ground and ink else set()
    return pairs


def faint(tokens: str) -> list[tuple[str, str, str]]:
    return [
        (mode, *pair) for mode, colours in modes(tokens).items() for pair in sorted(text_on_ground()) if contrast(*(colours[name] for name in pair)) < LEAST
    ]  # fmt: skip


def test_text_stands_out_from_every_ground_in_light_and_dark():
    assert {("on-ink", "primary"), ("on-mark", "mark"), ("paper", "ink")} <= text_on_ground()
    assert faint(sheet("tokens.css")) == []


def test_faint_text_is_seen():
    fainter = sheet("tokens.css").replace("--ink-3: #5a6578", "--ink-3: #8a93a3")
    assert {(mode, ink) for mode, ink, _ in faint(fainter)} == {("light", "ink-3")}
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
