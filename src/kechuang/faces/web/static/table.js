// A list worked through by keys: J K move, X picks, Enter opens; the bar of picked rows counts and adds. Without it boxes and links do the same.
(function () {
  "use strict";
  const table = () => document.querySelector("table[data-rows]");
  const rows = () => Array.from(document.querySelectorAll("table[data-rows] tbody tr[data-href]"));
  const boxes = () => Array.from(document.querySelectorAll('table[data-rows] input[name="pick"]'));
  const typing = (e) => /^(TEXTAREA|SELECT)$/.test(e.target.tagName) || (e.target.tagName === "INPUT" && e.target.type !== "checkbox");

  function move(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((r) => r.classList.contains("focus"));
    const to = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (at >= 0) all[at].classList.remove("focus");
    to.classList.add("focus");
    to.scrollIntoView({ block: "nearest" });
    const link = to.querySelector("a.title");
    if (link) link.focus({ preventScroll: true });
  }

  function now() { return rows().find((r) => r.classList.contains("focus")); }

  function wan(fen) {
    const whole = fen / 10000n, sign = whole < 0n ? "−" : "", digits = String(whole < 0n ? -whole : whole).padStart(3, "0");
    return sign + digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",") + "." + digits.slice(-2);
  }

  function count() {
    const picked = boxes().filter((b) => b.checked);
    for (const box of boxes()) box.closest("tr").setAttribute("aria-selected", String(box.checked));
    const bar = document.querySelector("[data-picked]");
    if (!bar) return;
    bar.hidden = !picked.length;
    bar.querySelector("[data-picked-count]").textContent = picked.length.toLocaleString("en-US");
    const sum = bar.querySelector("[data-picked-sum]");
    if (sum) sum.textContent = wan(picked.reduce((all, b) => all + BigInt(b.dataset.sum || "0"), 0n));
    const every = document.querySelector("[data-pick-all]");
    if (every) { every.checked = picked.length > 0 && picked.length === boxes().length; every.indeterminate = picked.length > 0 && !every.checked; }
  }

  document.addEventListener("change", function (e) {
    if (!table()) return;
    if ("pickAll" in e.target.dataset) for (const box of boxes()) box.checked = e.target.checked;
    if (e.target.name === "pick" || "pickAll" in e.target.dataset) count();
  });

  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || document.querySelector("dialog[open]")) return;
    const key = e.key.toLowerCase();
    if (table()) {
      const row = now();
      if (key === "j") move(1);
      else if (key === "k") move(-1);
      else if (key === "x" && row) { const box = row.querySelector('input[name="pick"]'); if (box) { box.checked = !box.checked; count(); } }
      else if (e.key === "Enter" && row && !/^(A|BUTTON)$/.test(e.target.tagName)) window.location.assign(row.dataset.href);
    }
    const bar = document.querySelector("[data-picked]");
    const act = /^[a-z]$/.test(key) && document.querySelector(`[data-act-key="${key.toUpperCase()}"]`);
    if (act && !(bar && bar.hidden && bar.contains(act))) { e.preventDefault(); act.click(); }
  });

  document.addEventListener("htmx:afterSwap", count);
  document.addEventListener("DOMContentLoaded", count);
})();
