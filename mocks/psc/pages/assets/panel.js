// segursim, console pages of Pro Santé Connect: follows the simulated world. The
// pages work without it; then a page that waits reloads itself.

const root = document.getElementById("psc");
const say = document.getElementById("psc-say");
const time = document.getElementById("psc-time");
const title = document.title;
const started = say.textContent;

// What the last form said stays on the page, not in its address: a reload must
// not say it again.
const here = new URL(location.href);
if (here.searchParams.has("done") || here.searchParams.has("problem")) {
  for (const name of ["done", "problem", "demand"]) here.searchParams.delete(name);
  history.replaceState(null, "", here);
}

// What is being typed or chosen survives a replacement of its form.
const typed = (part) => [...part.querySelectorAll("input[id]:not([type=hidden])")]
  .filter((i) => (i.type === "radio" || i.type === "checkbox" ? i.checked !== i.defaultChecked : i.value !== i.defaultValue))
  .map((i) => ({ id: i.id, key: key(i), value: i.value, checked: i.checked }));
const key = (input) => (input.form ? input.form.dataset.key : undefined);

const replace = (part, fresh) => {
  const kept = typed(part);
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const activeKey = active ? key(active) : undefined;
  part.innerHTML = fresh.html;
  part.dataset.rev = fresh.rev;
  for (const k of kept) {
    const input = document.getElementById(k.id);
    if (!input || key(input) !== k.key) continue;
    input.value = k.value;
    input.checked = k.checked;
  }
  if (!active) return;
  const again = active.id && document.getElementById(active.id);
  (again && key(again) === activeKey ? again : part).focus({ preventScroll: true });
};

const countdowns = (left) => {
  for (const el of document.querySelectorAll("[data-left]")) {
    const text = String(left[el.dataset.left] ?? 0);
    if (el.textContent !== text) el.textContent = text;
  }
  for (const bar of document.querySelectorAll("[data-left-bar]")) {
    const n = left[bar.dataset.leftBar] ?? 0;
    bar.value = n;
    bar.classList.toggle("late", n <= 20);
  }
};

// What the last form said goes away when the requests that wait are not the same.
let waiting;
const outdated = (left) => {
  const now = Object.keys(left).sort().join();
  if (waiting !== undefined && waiting !== now) {
    const live = new URL(root.dataset.live, location.href);
    for (const name of ["done", "problem", "demand"]) live.searchParams.delete(name);
    root.dataset.live = live;
  }
  waiting = now;
};

let last = started;
const announce = (text) => {
  if (text === last) return;
  last = text;
  say.textContent = text;
};

const follow = async () => {
  let pause = document.hidden ? 3000 : 1000;
  try {
    const response = await fetch(root.dataset.live, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.status);
    const now = await response.json();
    for (const [name, fresh] of Object.entries(now.parts)) {
      const part = document.getElementById("part-" + name);
      if (part && part.dataset.rev !== fresh.rev) replace(part, fresh);
    }
    countdowns(now.left);
    outdated(now.left);
    if (time) time.textContent = now.time;
    document.title = now.count ? "(" + now.count + ") " + title : title;
    announce(now.say);
  } catch {
    announce(root.dataset.lost);
    pause = 3000;
  }
  setTimeout(follow, pause);
};
follow();
