// segursim, wallet pages: what they do beyond links and forms. Everything here is
// an addition; the pages work without it.
"use strict";

// Tabs (WAI-ARIA tabs pattern). Without this script both sections are shown.
for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const list = tabs.querySelector("[role=tablist]");
  const buttons = [...list.querySelectorAll("[role=tab]")];
  const panel = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const show = (button) => {
    for (const b of buttons) {
      const chosen = b === button;
      b.setAttribute("aria-selected", String(chosen));
      b.tabIndex = chosen ? 0 : -1;
      panel(b).hidden = !chosen;
    }
  };
  list.hidden = false;
  tabs.classList.add("on");
  for (const b of buttons) {
    panel(b).setAttribute("role", "tabpanel");
    panel(b).setAttribute("aria-labelledby", b.id);
    b.addEventListener("click", () => show(b));
  }
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    show(buttons[to]);
    buttons[to].focus();
  });
  show(buttons.find((b) => b.dataset.tab === tabs.dataset.tabs) || buttons[0]);
}

// The waiting page follows its demand, and goes on once it is answered.
const wait = document.getElementById("wait");
if (wait) {
  const left = document.getElementById("left");
  const bar = wait.querySelector("progress");
  const status = document.getElementById("status");
  let warned = false;
  // A reload asks how things stand instead of sending the identifier again.
  history.replaceState(null, "", wait.dataset.continue);
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const ask = async () => {
    let state;
    try {
      state = await (await fetch(wait.dataset.state, { cache: "no-store" })).json();
    } catch {
      say(wait.dataset.lost);
      setTimeout(ask, 2000);
      return;
    }
    if (state.state !== "pending") {
      say(wait.dataset.done);
      location.replace(wait.dataset.continue);
      return;
    }
    left.textContent = state.left;
    bar.value = state.left;
    if (state.left <= 30 && !warned) { warned = true; say(wait.dataset.half); } else if (!warned) say("");
    setTimeout(ask, 700);
  };
  ask();
}

// The answer of response_mode=form_post goes by itself.
const back = document.getElementById("back");
if (back) back.submit();
