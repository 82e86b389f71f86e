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
render(<App />, document.getElementById("page") as HTMLElement);
