// Renews <main> every few seconds from the page's own address, and rests while nobody looks at it.
// What a person has in hand stays: focus, scroll, open details, what is typed. Without it the page reloads.
"use strict";

(() => {
  const EVERY = Number(document.currentScript.dataset.seconds) * 1000;
  const PATIENCE = 5000;
  const banner = document.getElementById("stale");
  let renewedAt = Date.now();
  let timer = 0;
  let asking = false;

  function say(text, link) {
    if (banner.textContent !== text + (link ? ` ${link.text}` : "")) {
      banner.textContent = text;
      if (link) {
        const anchor = document.createElement("a");
        anchor.href = link.href;
        anchor.textContent = link.text;
        banner.append(" ", anchor);
      }
    }
    banner.hidden = text === "";
    document.body.classList.toggle("stale", text !== "");
  }

  function sayStale(why) {
    const at = new Date(renewedAt).toISOString().slice(11, 19);
    say(`${why} What you see is as of ${at} UTC and may be wrong by now.`);
  }

  async function renew() {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.redirected) {
        say("You are signed out: nothing here is renewed any more.", { href: answer.url, text: "Sign in again" });
        return; // for good
      }
      if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) {
        throw new Error(`it answered ${answer.status}`);
      }
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      renewedAt = Date.now();
      say("");
    } catch (error) {
      sayStale(error.name === "TimeoutError" ? "The server does not answer in time." : "The server cannot be reached.");
    } finally {
      asking = false;
    }
    timer = setTimeout(renew, EVERY);
  }

  function show(fresh) {
    document.title = fresh.title;
    patch(document.querySelector("main"), fresh.querySelector("main"));
  }

  // Makes one element like another of its kind, and touches nothing that is the same already.
  function patch(element, wanted) {
    for (const { name } of [...element.attributes]) {
      if (name !== "open" && !wanted.hasAttribute(name)) element.removeAttribute(name);
    }
    for (const { name, value } of wanted.attributes) {
      if (name !== "open" && element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    const keys = new Set([...wanted.children].map(keyOf).filter(Boolean));
    const known = new Map([...element.children].filter(keyOf).map((child) => [keyOf(child), child]));
    let place = element.firstChild;
    for (const node of [...wanted.childNodes]) {
      while (place && keyOf(place) && !keys.has(keyOf(place))) place = removed(place);
      const match = keyOf(node) ? known.get(keyOf(node)) : alike(place, node) && place;
      if (!match) {
        element.insertBefore(document.importNode(node, true), place);
        continue;
      }
      if (match === place) place = place.nextSibling;
      else element.insertBefore(match, place);
      if (match.nodeType === Node.ELEMENT_NODE) patch(match, node);
      else if (match.data !== node.data) match.data = node.data;
    }
    while (place) place = removed(place);
  }

  // Rows and sections have a key, so that each stays the same element wherever it moves.
  function keyOf(node) {
    return node.nodeType === Node.ELEMENT_NODE && (node.dataset.key || node.id);
  }

  function alike(one, other) {
    return one && !keyOf(one) && one.nodeType === other.nodeType && one.nodeName === other.nodeName;
  }

  function removed(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (Date.now() - renewedAt > 3 * EVERY) sayStale("Nobody looked, so nothing was renewed.");
    renew();
  });
  timer = setTimeout(renew, EVERY);
})();
