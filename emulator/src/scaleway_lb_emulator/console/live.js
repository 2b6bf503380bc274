"use strict";
// Asks for the page again and takes over the parts that changed; scrolling and focus stay.
const live = document.getElementById("live");
async function refresh() {
  try {
    if (!document.hidden) {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = [...document.querySelectorAll("[data-live]")];
      if (parts.some((part) => !page.getElementById(part.id))) return location.reload();
      for (const part of parts) {
        const next = page.getElementById(part.id);
        if (next.innerHTML === part.innerHTML) continue;
        const focused = part.contains(document.activeElement) && document.activeElement.id;
        part.replaceChildren(...next.childNodes);
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      }
      document.title = page.title;
    }
    say("Live", false);
  } catch {
    say("No connection, trying again", true);
  }
  setTimeout(refresh, 2000);
}
function say(text, lost) {
  if (live.textContent !== text) live.textContent = text;
  live.classList.toggle("lost", lost);
}
setTimeout(refresh, 2000);
