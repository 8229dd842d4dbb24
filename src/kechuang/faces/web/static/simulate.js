// The simulator: a slider and its number say the same, and the curve is drawn for what was moved last.
(function () {
  "use strict";
  function mirrored(e) {
    const at = e.target;
    if (at.dataset.mirrors) {
      const box = document.getElementById(at.dataset.mirrors);
      box.value = at.value;
      curved(box);
    } else if (at.dataset.curve) {
      const slider = document.querySelector(`[data-mirrors="${at.id}"]`);
      if (slider && at.value !== "") slider.value = at.value.replace(/,/g, "");
      curved(at);
    }
  }
  function curved(box) {
    const curve = document.getElementById("curve");
    if (curve) curve.value = box.dataset.curve;
  }
  document.addEventListener("input", mirrored, true);
})();
