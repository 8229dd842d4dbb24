// A form that is never lost: counts, keys, and what could not be saved kept in this browser until it could. Without it the buttons still save.
(function () {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const key = "kechuang:" + form.dataset.draft;
  const words = document.documentElement.lang === "en"
    ? { lost: "Not saved yet; kept in this browser", large: "Too much text at once, not saved: shorten it, or attach it as a file", found: "Text from this browser that had not been saved was put back" }
    : { lost: "未能保存，存在本机；恢复后自动上传", large: "文字太多，没有保存：请删短，或改作附件上传", found: "上次没有存上的文字已从本机取回" };
  let unsaved = false, wait = 5, again = 0;  // seconds until it is tried again: twice as long each time

  function fields() {
    return Array.from(form.elements).filter((f) => f.name && f.type !== "hidden" && f.type !== "file" && f.type !== "password" && f.tagName !== "BUTTON");
  }

  function held() {
    return fields().map((f, i) => [f.name, i, f.type === "checkbox" || f.type === "radio" ? f.checked : f.value]);
  }

  function keep() {
    try { localStorage.setItem(key, JSON.stringify({ version: form.elements.version ? form.elements.version.value : "", held: held() })); } catch { /* full or forbidden: the server's copy stands */ }
  }

  function forget() {
    unsaved = false; wait = 5;
    try { localStorage.removeItem(key); } catch { /* as above */ }
  }

  function say(text, tone) {
    const at = document.getElementById("saved");
    if (at) { at.textContent = text; at.className = "saved-at " + tone; }
  }

  // Put back only onto the version it was written on: text of someone else's later save is never overwritten.
  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch { return; }
    if (!kept || (form.elements.version && kept.version !== form.elements.version.value)) return;
    const now = fields();
    for (const [name, i, value] of kept.held) {
      const field = now[i];
      if (!field || field.name !== name) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = value; else field.value = value;
    }
    say(words.found, "lost");
    unsaved = true; save();
  }

  function save() {
    if (window.htmx && form.hasAttribute("hx-post")) window.htmx.trigger(form, "keep");
  }

  // The house was away or busy: tried again until it answers. What it refuses waits for the writer.
  function lost(status) {
    keep(); unsaved = true; say(status === 413 ? words.large : words.lost, "lost");
    window.clearTimeout(again);
    if (!status || status === 429 || status >= 500) again = window.setTimeout(save, 1000 * wait);
    wait = Math.min(2 * wait, 60);
  }

  function counted(e) {
    const count = document.querySelector(`[data-count-of="${CSS.escape(e.target.id)}"]`);
    if (!count) return;
    const written = e.target.value.replace(/\s/g, "").length;
    count.textContent = written.toLocaleString("en-US");
    count.classList.toggle("in-clay", written > Number(e.target.dataset.most || Infinity));
  }

  function followed(e) {
    const partner = e.target.dataset.follows ? document.getElementById(e.target.dataset.follows) : e.target.id && document.querySelector(`[data-follows="${CSS.escape(e.target.id)}"]`);
    if (partner) partner.value = e.target.value;
  }

  document.addEventListener("input", function (e) { counted(e); followed(e); });
  form.addEventListener("input", function () { unsaved = true; keep(); });
  form.addEventListener("submit", function () { keep(); unsaved = false; });
  form.addEventListener("htmx:configRequest", function (e) {
    const sent = e.detail.formData;
    if (sent) for (const [name, value] of Array.from(sent.entries())) if (value instanceof File) sent.delete(name);
  });
  document.addEventListener("htmx:afterSwap", function () {
    const at = document.getElementById("saved");
    if (at && at.dataset.version && form.elements.version) form.elements.version.value = at.dataset.version;
  });
  form.addEventListener("htmx:afterRequest", function (e) {
    if (e.target !== form) return;
    if (e.detail.successful) forget(); else if (!e.detail.xhr || e.detail.xhr.status !== 409) lost(e.detail.xhr ? e.detail.xhr.status : 0);
  });
  window.addEventListener("online", function () { if (unsaved) save(); });
  window.addEventListener("beforeunload", function () { if (unsaved) keep(); });
  document.addEventListener("keydown", function (e) {
    if ((e.ctrlKey || e.metaKey) && e.key === "s") { e.preventDefault(); save(); }
    if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
      const to = form.querySelector(e.key === "ArrowUp" ? '[data-part="before"]' : '[data-part="after"]');
      if (to) { e.preventDefault(); to.click(); }
    }
  });
  restore();
})();
