import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { followPast } from "./past";
import { feed, lostSince, start } from "./store";
import "./style/base.css";
import "./style/parts.css";
import "./style/panels.css";
import { capital, words } from "./words";

effect(() => {
  const state = lostSince.value !== null ? "No connection" : capital(words(feed.value?.mode ?? "unknown"));
  document.title = `${state} · ${feed.value?.site ?? "Bitcoin Mine Control"}`;
});

start();
followPast();

// What the api wrote into the page stands until a feed came, or none does.
const page = document.getElementById("page") as HTMLElement;
const waiting = effect(() => {
  if (feed.value === null && lostSince.value === null) return;
  queueMicrotask(() => {
    waiting();
    page.replaceChildren();
    render(<App />, page);
  });
});

// Only over HTTPS or on this computer: elsewhere browsers have none.
void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
