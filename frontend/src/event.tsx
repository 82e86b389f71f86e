import { render } from "preact";
import { EventPage } from "./event/page";
import "./style/base.css";
import "./style/parts.css";
import "./style/event.css";

render(<EventPage />, document.getElementById("page") as HTMLElement);
