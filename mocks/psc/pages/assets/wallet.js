// Follows a demand that waits for the phone, and goes on once it is answered.
(function () {
  "use strict";
  var timer = document.querySelector("[data-state]");
  if (!timer) { return; }
  var left = document.getElementById("left");
  function ask() {
    fetch(timer.dataset.state, { credentials: "same-origin" })
      .then(function (r) { return r.json(); })
      .then(function (s) {
        if (s.left !== undefined) { left.textContent = s.left; }
        if (s.state === "pending") { setTimeout(ask, 700); return; }
        window.location = timer.dataset.continue;
      })
      .catch(function () { setTimeout(ask, 2000); });
  }
  ask();
}());
