// Two texts side by side: N and P go from passage to passage on both sides; pointing at one lights its partner.
(function () {
  "use strict";
  const marks = () => Array.from(document.querySelectorAll('[data-compare] mark[id^="l-"]'));
  const partners = (n) => document.querySelectorAll(`[data-compare] mark[data-n="${CSS.escape(n)}"]`);
  let at = -1;

  function light(n) {
    for (const mark of document.querySelectorAll("[data-compare] mark.lit")) mark.classList.remove("lit");
    if (n) for (const mark of partners(n)) mark.classList.add("lit");
  }

  function go(by) {
    const all = marks();
    if (!all.length) return;
    at = (at + by + all.length) % all.length;
    light(all[at].dataset.n);
    const told = document.querySelector("[data-compare-at] b span");
    if (told) told.textContent = at + 1;
    all[at].scrollIntoView({ block: "center" });
    all[at].focus({ preventScroll: true });
  }

  function over(e) {
    const mark = e.target.closest && e.target.closest("[data-compare] mark[data-n]");
    light(mark ? mark.dataset.n : "");
  }

  // Moving, not being over: a page that scrolls to a passage slides under a pointer that rests.
  document.addEventListener("pointermove", over);
  document.addEventListener("focusin", over);
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    if (e.key === "n") go(1); else if (e.key === "p") go(-1);
  });
})();
