// segursim, console pages of MSSanté: follow the simulated world. The pages work
// without it; then a reload shows what is new.

const root = document.getElementById("mss");
const say = document.getElementById("mss-say");

// What the last form said stays on the page, not in its address: a reload must not
// say it again.
const here = new URL(location.href);
if (here.searchParams.has("said")) {
  here.searchParams.delete("said");
  history.replaceState(null, "", here);
}

for (const el of document.querySelectorAll("[data-js]")) el.hidden = false;
for (const el of document.querySelectorAll("[data-print]")) {
  el.hidden = false;
  el.addEventListener("click", () => window.print());
}

// A part is left alone while a person types or chooses in it.
const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

const replace = (part, fresh) => {
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  const id = active && active.id;
  const href = active && active.getAttribute("href");
  const open = [...part.querySelectorAll("details")].map((d) => d.open);
  part.innerHTML = fresh.html;
  part.dataset.rev = fresh.rev;
  part.querySelectorAll("details").forEach((d, i) => { if (i < open.length) d.open = open[i]; });
  if (!active) return;
  const again = (id && document.getElementById(id)) || (href && [...part.querySelectorAll("a")].find((a) => a.getAttribute("href") === href));
  (again || part).focus({ preventScroll: true });
};

let stamp = root.dataset.stamp;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const parts = () => [...document.querySelectorAll(".part")];

const follow = async () => {
  for (;;) {
    await pause(document.hidden ? 6000 : 1500);
    try {
      const url = new URL(root.dataset.live, location.href);
      url.searchParams.set("stamp", stamp);
      const response = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" } });
      if (response.status === 204) continue;
      if (!response.ok) throw new Error(response.status);
      const now = await response.json();
      let changed = false;
      let waiting = false;
      for (const part of parts()) {
        const fresh = now.parts[part.id.slice("part-".length)];
        if (!fresh || fresh.rev === part.dataset.rev) continue;
        if (busy(part)) { waiting = true; continue; }
        replace(part, fresh);
        changed = true;
      }
      if (!waiting) stamp = now.stamp;
      if (changed) say.textContent = root.dataset.news;
    } catch {
      say.textContent = root.dataset.lost;
      await pause(3000);
    }
  }
};
if (parts().length) follow();
