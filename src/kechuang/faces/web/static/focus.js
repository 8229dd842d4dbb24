// Where the keyboard stands on a form: what is wrong, the question a link leads to, the row just added or the place of one taken away. Without it the address leads there.
(function () {
  "use strict";
  const FIELD = "input:not([type=hidden]):not([tabindex='-1']), select, textarea, button:not([tabindex='-1'])";

  function stand(at) {
    const place = at && (at.matches(FIELD) ? at : at.querySelector(FIELD));
    if (!place) return false;
    place.focus();
    place.scrollIntoView({ block: "center" });
    return true;
  }

  // A question (f-…) or a part of a form.
  function asked(hash) {
    const at = hash && document.getElementById(hash.slice(1));
    return at && at.matches("[id^='f-'], form.form section") ? at : null;
  }

  function followed(e) {
    const link = e.target.closest('a[href^="#"]');
    if (link && stand(asked(link.getAttribute("href")))) e.preventDefault();
  }

  // The server adds and takes away rows; the next page must know which.
  function sent(e) {
    const button = e.submitter;
    if (!button || !/^(add|remove)$/.test(button.name)) return;
    try { sessionStorage.setItem("row", `${button.name}.${button.value}`); } catch { /* forbidden: one stands at the top */ }
  }

  function row() {
    let kept = "";
    try { kept = sessionStorage.getItem("row") || ""; sessionStorage.removeItem("row"); } catch { /* as above */ }
    const [what, ...path] = kept.split("."), at = what === "remove" ? Number(path.pop()) : Infinity;
    const box = kept ? document.getElementById("f-" + path.join("-")) : null;
    const rows = box ? Array.from(box.querySelectorAll("tbody tr")).filter((one) => one.querySelector(FIELD)) : [];
    return rows[Math.min(at, rows.length - 1)] || box;
  }

  // After a refused act or a faulty form, the eye and the ear go to what was wrong.
  function come() {
    const at = row(), wrong = document.querySelector("#errors, #refusal");
    if (stand(at)) return;
    if (wrong) wrong.focus(); else stand(asked(window.location.hash));
  }

  document.addEventListener("click", followed);
  document.addEventListener("submit", sent);
  window.addEventListener("load", come);
})();
