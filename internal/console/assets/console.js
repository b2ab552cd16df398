// segursim, console: what the pages do beyond links and forms. Everything here
// is an addition; the pages work without it, but for the live journal.
"use strict";

// Copy buttons: data-copy is the id of what is copied.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // No clipboard off localhost without TLS: select it for the person to copy.
    getSelection().selectAllChildren(source);
    return;
  }
  button.classList.add("copied");
  const label = button.textContent;
  button.textContent = "✓";
  setTimeout(() => { button.classList.remove("copied"); button.textContent = label; }, 1200);
});

// Buttons that destroy something ask first.
document.addEventListener("submit", (event) => {
  const question = event.submitter && event.submitter.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// On a narrow screen the navigation scrolls: the present page stays in sight.
const here = document.querySelector("nav [aria-current]");
const nav = here && here.closest("nav");
if (nav && nav.scrollWidth > nav.clientWidth) nav.scrollLeft = here.offsetLeft - nav.clientWidth / 2 + here.offsetWidth / 2;

// Clocks tick, in the zone that the server writes.
const clocks = [...document.querySelectorAll("[data-clock=running]")].map((el) => {
  const [, sign, h, m] = /([+-])(\d\d):(\d\d)/.exec(el.dataset.zone);
  const zone = (sign === "-" ? -1 : 1) * (Number(h) * 60 + Number(m)) * 60000;
  return { el, base: Number(el.dataset.epoch) + zone, from: performance.now() };
});
if (clocks.length) {
  setInterval(() => {
    for (const c of clocks) {
      c.el.textContent = new Date(c.base + performance.now() - c.from).toISOString().slice(11, 19);
    }
  }, 500);
}

// The fault form shows what the chosen effect and operation need.
const faultForm = document.getElementById("fault-form");
if (faultForm) {
  const { effect, target, code } = faultForm.elements;
  const groups = [...code.querySelectorAll("optgroup")];
  const arrange = () => {
    for (const part of faultForm.querySelectorAll("[data-effect]")) {
      part.hidden = part.disabled = part.dataset.effect !== effect.value;
    }
    for (const part of faultForm.querySelectorAll("[data-not]")) {
      part.hidden = part.dataset.not === effect.value;
    }
    const chosen = code.value;
    const fitting = groups.filter((g) => g.dataset.target === target.value);
    code.replaceChildren(...fitting);
    if (fitting.some((g) => [...g.children].some((o) => o.value === chosen))) code.value = chosen;
    // An operation without codes cannot be refused with one: go to one that can.
    if (effect.value === "error" && fitting.length === 0) {
      const first = [...target.options].find((o) => groups.some((g) => g.dataset.target === o.value));
      if (first) { target.value = first.value; arrange(); }
    }
  };
  effect.addEventListener("change", arrange);
  target.addEventListener("change", arrange);
  arrange();
}

// The live journal: the stream says that something came, the rows are fetched as
// the server writes them, at most four times a second.
const live = document.getElementById("live");
if (live) {
  const rows = document.getElementById("rows");
  const state = document.getElementById("live-state");
  const pause = document.getElementById("pause");
  const follow = document.getElementById("follow");
  const text = live.dataset;
  const keep = 400;
  let newest = text.newest, pending = 0, timer = 0, busy = false, source;

  const say = (words, mode) => { state.textContent = words; live.className = "live " + mode; };
  const paused = () => pause.getAttribute("aria-pressed") === "true";
  const following = () => follow.getAttribute("aria-pressed") === "true";
  const show = () => {
    if (paused()) say(pending ? `${text.wordsPaused} · +${pending}` : text.wordsPaused, "");
    else say(text.wordsLive, "on");
  };

  const fetchRows = async () => {
    timer = 0;
    if (busy || paused()) return;
    busy = true;
    try {
      const answer = await fetch(`/console/journal/rows?after=${newest}${text.query ? "&" + text.query : ""}`);
      if (!answer.ok) return;
      const holder = document.createElement("tbody");
      holder.innerHTML = await answer.text();
      newest = answer.headers.get("X-Segursim-Newest") || newest;
      const height = document.documentElement.scrollHeight;
      for (const row of holder.children) row.classList.add("new");
      rows.prepend(...holder.children);
      while (rows.children.length > keep) rows.lastElementChild.remove();
      document.getElementById("empty")?.remove();
      if (following()) scrollTo({ top: 0 });
      else scrollBy({ top: document.documentElement.scrollHeight - height });
      pending = 0;
      show();
    } finally {
      busy = false;
    }
  };
  const soon = () => { if (!timer) timer = setTimeout(fetchRows, 250); };

  const connect = () => {
    source = new EventSource(`/api/journal/stream?after=${newest}${text.query ? "&" + text.query : ""}`);
    source.addEventListener("open", show);
    source.addEventListener("entry", () => { pending++; if (paused()) show(); else soon(); });
    source.addEventListener("dropped", (event) => {
      const gap = JSON.parse(event.data);
      say(`${gap.count} ${text.wordsGap}`, "on");
      soon();
    });
    source.addEventListener("restarted", () => { location.reload(); });
    source.addEventListener("error", () => {
      say(text.wordsLost, "lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
  };

  const toggle = (button) => button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  pause.addEventListener("click", () => { toggle(pause); show(); if (!paused()) soon(); });
  follow.addEventListener("click", () => { toggle(follow); if (following()) scrollTo({ top: 0 }); });
  addEventListener("scroll", () => {
    if (following() && scrollY > 400) follow.setAttribute("aria-pressed", "false");
  }, { passive: true });
  addEventListener("pagehide", () => source.close());
  live.hidden = false;
  connect();
}

// A run's page follows the run: a long poll says that it moved, the page's own
// fragment shows how. What a person is typing is left alone.
const run = document.getElementById("run");
if (run) {
  const pauseFor = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const typing = () => run.contains(document.activeElement) && document.activeElement.matches("input, textarea");
  (async () => {
    for (;;) {
      const rev = run.firstElementChild.dataset.rev;
      try {
        const answer = await fetch(`/api/runs/${run.dataset.run}?wait=30s&rev=${rev}`);
        if (!answer.ok) { await pauseFor(3000); continue; }
        if (String((await answer.json()).rev) === rev) continue;
        while (typing()) await pauseFor(500);
        const part = await fetch(`/console/runs/${run.dataset.run}?part=1`);
        if (!part.ok) { await pauseFor(3000); continue; }
        const focused = document.activeElement && run.contains(document.activeElement);
        run.innerHTML = await part.text();
        if (focused) (run.querySelector(".prompter button.primary") || run.querySelector("button"))?.focus();
      } catch {
        await pauseFor(3000);
      }
    }
  })();
}
