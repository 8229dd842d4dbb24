// Every page: dialogs, keys that find and print, the theme button's word. Pages work without it.
(function () {
  "use strict";
  const root = document.documentElement;
  const find = (key) => document.querySelector(`[data-key="${key}"]`);
  const typing = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.isContentEditable;

  function pressed(e) {
    const at = e.target.closest("[data-open],[data-close],[data-print]");
    if (!at) {
      for (const open of document.querySelectorAll("details.more[open], details.who-box[open]")) {
        if (!open.contains(e.target)) open.open = false;
      }
      return;
    }
    if (at.dataset.open) {
      const dialog = document.getElementById(at.dataset.open);
      if (dialog && dialog.showModal) { dialog.showModal(); e.preventDefault(); }
    } else if ("close" in at.dataset) {
      const dialog = at.closest("dialog");
      if (dialog) { dialog.close(); e.preventDefault(); }
    } else {
      window.print();
      e.preventDefault();
    }
  }

  function keyed(e) {
    const box = (e.ctrlKey || e.metaKey) && e.key === "k" ? find("k") : e.key === "/" && !typing(e) ? find("/") || find("k") : null;
    if (box) { e.preventDefault(); box.focus(); box.select(); }
    const hits = document.querySelectorAll("#found a");
    if ((e.key === "ArrowDown" || e.key === "ArrowUp") && hits.length && e.target.closest(".find-box")) {
      const at = [...hits].indexOf(document.activeElement) + (e.key === "ArrowDown" ? 1 : -1);
      (hits[at] || find("k")).focus();
      e.preventDefault();
    }
    if (e.key === "Escape") {
      const leaf = document.getElementById("found");
      if (leaf) leaf.replaceChildren();
      for (const open of document.querySelectorAll("details.more[open], details.who-box[open]")) open.open = false;
    }
  }

  // The server does not know what the system prefers: the first press must still change what one sees.
  function themed() {
    if (root.dataset.theme) return;
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.value = dark ? "light" : "dark";
  }

  // What scripts asked for and did not get is said; a draft form says it itself.
  function failed(e) {
    const at = document.getElementById("messages");
    if (!at || (e.target.matches && e.target.matches("form[data-draft]"))) return;
    const status = e.detail.xhr && e.detail.xhr.status;
    const words = root.lang === "en"
      ? { 403: "This is not open to you; sign in again if your session has ended.", 429: "Too many requests; wait a minute.", other: "Not done: the network or the server did not answer." }
      : { 403: "这一步不对你开放；若登录已超时，请重新登录。", 429: "请求太频繁，请等一分钟。", other: "没有办成：网络或服务没有回应。" };
    const toast = document.createElement("p");
    toast.className = "toast bad";
    toast.setAttribute("role", "alert");
    toast.textContent = words[status] || words.other;
    at.replaceChildren(toast);
  }

  // Paper cannot be unfolded: the tables under charts are printed open.
  window.addEventListener("beforeprint", function () {
    for (const folded of document.querySelectorAll("main details:not([open])")) folded.open = true;
  });
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("click", pressed);
  document.addEventListener("keydown", keyed);
  document.addEventListener("DOMContentLoaded", themed);
  document.addEventListener("htmx:afterSettle", function (e) {
    const opened = e.target.matches && e.target.matches("dialog[data-show]") ? e.target : null;
    if (opened && opened.showModal && !opened.open) opened.showModal();
  });
})();
