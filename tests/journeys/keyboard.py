"""A window worked by keys alone: each stop on the way is looked at, whether it shows that it is where one stands."""

from __future__ import annotations

from typing import Any

MOST = 260  # stops of one page; more is a trap
STANDING = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return { body: true };
  const style = getComputedStyle(at), box = at.getBoundingClientRect(), day = /^(date|month|datetime-local)$/.test(at.type);
  const ringed = day || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const x = box.left + Math.min(box.width / 2, 12), y = box.top + Math.min(box.height / 2, 12);
  const top = document.elementFromPoint(x, y);
  const seen = Boolean(top) && (top === at || at.contains(top) || top.contains(at) || Boolean(at.closest("label")));
  const said = `${at.tagName} ${at.id || at.name || ""} ${(at.innerText || "").slice(0, 20)}`;
  return { body: false, ringed, seen: seen || at.getClientRects().length > 1, said };
}"""


class Keys:
    """The keyboard of a page; `faults` are the stops that did not show themselves."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.faults: list[str] = []

    def at(self) -> Any:
        """The element that has the focus."""
        return self.page.locator(":focus")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def stop(self, key: str = "Tab") -> bool:
        """One stop further; False at the end of the page."""
        self.press(key)
        told = self.page.evaluate(STANDING)
        if not told["body"] and not (told["ringed"] and told["seen"]):
            self.faults.append(f"{self.page.url}: {told}")
        return not told["body"]

    def to(self, place: Any, key: str = "Tab") -> None:
        """Step until one stands on `place` (a locator, or a selector)."""
        wanted = (self.page.locator(place) if isinstance(place, str) else place).first
        wanted.wait_for(state="attached")
        for _ in range(MOST):
            if wanted.evaluate("e => e === document.activeElement"):
                return
            self.stop(key)
        raise AssertionError(f"{place} cannot be reached by {key} on {self.page.url}")

    def stands(self, place: str) -> None:
        """Wait until one stands on `place` without a step: the page put one there."""
        self.page.locator(f"{place}:focus").wait_for(state="attached")

    def go(self, place: Any = None, key: str = "Enter") -> None:
        """Step to `place` if one is given, and press it: the page that this leads to is waited for."""
        if place is not None:
            self.to(place)
        with self.page.expect_navigation():
            self.press(key)

    def go_on(self, place: Any, key: str = "Enter") -> None:
        """Step to `place` and press it; one stays on the page."""
        self.to(place)
        self.press(key)

    def type(self, place: Any, text: str) -> None:
        """Step to a field and write over what is there."""
        self.to(place)
        self.press("Control+a")
        self.press("Delete")
        self.page.keyboard.type(text)

    def named(self, role: str, name: str) -> Any:
        return self.page.get_by_role(role, name=name, exact=True)

    def skip(self) -> None:
        """By the first stop of the page past the bar to the text."""
        self.page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
        self.stop()
        assert self.at().get_attribute("href") == "#main"
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"
