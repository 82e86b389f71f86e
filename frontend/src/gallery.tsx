import { render } from "preact";
import { answerFrom, chosen, feedOf, freeze } from "./gallery/fixed";
import { GalleryPage } from "./gallery/page";
import { followPast } from "./past";
import { lostSince, receive, sinceFeedS } from "./store";
import "./style/base.css";
import "./style/parts.css";
import "./style/panels.css";
import "./style/gallery.css";

const SILENT_S = 47;
const state = chosen();
const feed = feedOf(state);

freeze(feed.time);
answerFrom(state);
receive(feed);
if (state === "offline") {
  sinceFeedS.value = SILENT_S;
  lostSince.value = feed.time + 4;
}
followPast();
document.title = `${state} · gallery`;
render(<GalleryPage state={state} />, document.getElementById("page") as HTMLElement);

// Every state begins anew: nothing of the one before stays.
addEventListener("hashchange", () => chosen() !== state && location.reload());
