import { render } from "preact";
import { DebugPage } from "./debug/page";
import { start } from "./store";
import "./style/base.css";
import "./style/parts.css";
import "./style/panels.css";
import "./style/ask.css";
import "./style/debug.css";

start();
render(<DebugPage />, document.getElementById("page") as HTMLElement);
