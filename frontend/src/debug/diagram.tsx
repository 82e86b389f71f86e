import { Panel } from "../parts";
import type { Dashboard, EventRow } from "../types";
import { moment, words } from "../words";
import { useFollowed } from "./followed";
import { Silent, What } from "./happened";
import { MODES, type ModeRow } from "./modes";

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
  return (
    <Panel title="Mode" past={feed.state_stale} note={told}>
      <svg
        class="modes"
        viewBox={`0 0 ${ASKED + NAMED + 29} ${topOf(MODES.length) - GAP + 1}`}
        role="img"
        aria-label={`The mode is ${told}: ${MODES[now]?.when.join(" ") ?? "no row is marked"}`}
      >
        {MODES.map((row, i) => (
          <Row key={row.mode} row={row} y={topOf(i)} place={Math.sign(i - now)} isLast={i === MODES.length - 1} />
        ))}
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

function tall({ when }: ModeRow): number {
  return when.length * LINE + 14;
}

/** Where the row of this number begins. */
function topOf(number: number): number {
  return MODES.slice(0, number).reduce((sum, row) => sum + tall(row) + GAP, 1);
}

interface RowProps {
  row: ModeRow;
  y: number;
  place: number; // -1: it was passed on the way, 0: it is the mode, 1: it was not asked
  isLast: boolean;
}

/** A question, and to its right the mode that a yes leads to. */
function Row({ row, y, place, isLast }: RowProps) {
  const high = tall(row);
  return (
    <g transform={`translate(1 ${y})`} class={["is-passed", "is-present", ""][place + 1]}>
      <rect width={ASKED} height={high} rx="4" />
      {row.when.map((text, at) => (
        <text key={text} x="10" y={18 + at * LINE}>
          {text}
        </text>
      ))}
      <path d={`M${ASKED} ${high / 2}h26m-6-4 6 4-6 4`} />
      {!isLast && <path class="no" d={`M20 ${high}v${GAP}m-4-6 4 6 4-6`} />}
      <rect class="mode" x={ASKED + 27} y={high / 2 - 13} width={NAMED} height="26" rx="13" />
      <text class="name" x={ASKED + 27 + NAMED / 2} y={high / 2 + 4}>
        {place === 0 && "▶ "}
        {words(row.mode)}
      </text>
    </g>
  );
}
