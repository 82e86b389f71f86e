import { Panel } from "../parts";
import type { Dashboard, EventRow } from "../types";
import { moment, words } from "../words";
import { useFollowed } from "./followed";
import { Silent, What } from "./happened";
import { MODES } from "./modes";

const LINE = 14;
const GAP = 14;
const ASKED = 238; // width of a question
const NAMED = 106; // width of a mode

/** The way to the mode: from the top, the first question that is answered by yes names it. */
export function Diagram({ feed }: { feed: Dashboard }) {
  const transitions = useFollowed<EventRow>("/api/v1/events?kind=transition&", "events", 8);
  const mode = feed.state_stale ? null : feed.mode;
  const now = MODES.findIndex((row) => row.mode === mode);
  const told = mode === null ? "unknown" : `${words(mode)} since ${moment(feed.since_at, true)}`;
  let y = 1;
  const rows = MODES.map(({ mode: name, when }, i) => {
    const tall = when.length * LINE + 14;
    const isLast = i === MODES.length - 1;
    const row = (
      <g key={name} transform={`translate(1 ${y})`} class={i === now ? "is-present" : i < now ? "is-passed" : ""}>
        <rect width={ASKED} height={tall} rx="4" />
        {when.map((text, at) => (
          <text key={text} x="10" y={18 + at * LINE}>
            {text}
          </text>
        ))}
        <path d={`M${ASKED} ${tall / 2}h26m-6-4 6 4-6 4`} />
        {!isLast && <path class="no" d={`M20 ${tall}v${GAP}m-4-6 4 6 4-6`} />}
        <rect class="mode" x={ASKED + 27} y={tall / 2 - 13} width={NAMED} height="26" rx="13" />
        <text class="name" x={ASKED + 27 + NAMED / 2} y={tall / 2 + 4}>
          {i === now && "▶ "}
          {words(name)}
        </text>
      </g>
    );
    y += tall + GAP;
    return row;
  });
  return (
    <Panel title="Mode" past={feed.state_stale} note={told}>
      <svg class="modes" viewBox={`0 0 ${ASKED + NAMED + 29} ${y - GAP + 1}`} role="img" aria-label={`The mode is ${told}: ${MODES[now]?.when.join(" ") ?? "no row is marked"}`}>
        {rows}
      </svg>
      <h3>Last transitions</h3>
      <Silent list={transitions} />
      <ul class="plain">
        {transitions?.map((one) => (
          <li key={one.id}>
            <What of={one} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
