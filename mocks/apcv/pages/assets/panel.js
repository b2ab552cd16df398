// segursim, console page of the ApCV: follows the simulated world. The page works
// without it; then it reloads itself.

const root = document.getElementById("apcv");
const say = document.getElementById("apcv-say");
const time = document.getElementById("apcv-time");

// What the last form said stays on the page, not in its address: a reload must
// not say it again.
const here = new URL(location.href);
const live = new URL(root.dataset.live, location.href);
for (const at of [here, live]) for (const name of ["done", "problem"]) at.searchParams.delete(name);
history.replaceState(null, "", here);

const replace = (part, fresh) => {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const id = active && active.id;
  part.innerHTML = fresh.html;
  part.dataset.rev = fresh.rev;
  if (active) ((id && document.getElementById(id)) || part).focus({ preventScroll: true });
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

let last = say.textContent;
const announce = (text) => {
  if (text === last) return;
  last = text;
  say.textContent = text;
};

// The button to copy is there only where copying works.
const copying = () => {
  for (const b of document.querySelectorAll("[data-copy][hidden]")) b.hidden = !navigator.clipboard;
};
document.addEventListener("click", async (event) => {
  const b = event.target.closest("[data-copy]");
  if (!b) return;
  const field = document.getElementById(b.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  announce(root.dataset.copied);
});

const follow = async () => {
  let pause = document.hidden ? 3000 : 1000;
  try {
    const response = await fetch(live, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.status);
    const now = await response.json();
    for (const [name, fresh] of Object.entries(now.parts)) {
      const part = document.getElementById("part-" + name);
      if (part && part.dataset.rev !== fresh.rev) replace(part, fresh);
    }
    countdowns(now.left);
    copying();
    time.textContent = now.time;
    announce(now.say);
  } catch {
    announce(root.dataset.lost);
    pause = 3000;
  }
  setTimeout(follow, pause);
};
copying();
follow();
