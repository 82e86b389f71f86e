import type { LoadRow } from "../types";

/** The loads of one PDU, or of a group whose wiring is not told; a letter each, see GroupTile. */
export interface Rack {
  name: string;
  states: string;
  loads: LoadRow[];
  isOld: boolean; // its PDU is silent: what its loads do is what was known last
}

export const STATES = { h: "hashing", w: "waking", a: "asleep", o: "off", u: "unknown" } as const;
export type Letter = keyof typeof STATES;

const PITCH = 12;
const SIDE = 9.5;
const ROWS = 3; // of a rack of 40; a bigger one has more
const LEAST_ACROSS = 12;

/** A cell for each load. State is a shape first: filled, half, hollow, dotted, a question mark; old: struck instead of filled. */
export function Cells({ states, across = acrossOf(states), old }: { states: string; across?: number; old?: boolean }) {
  const high = Math.ceil(states.length / across) * PITCH;
  const paths = drawn(states, across, old);
  return (
    <svg class="cells" viewBox={`0 0 ${across * PITCH} ${high}`} aria-hidden="true">
      <path class="whole" d={paths.whole} />
      <path class="rim" d={paths.rim} />
      <path class="dotted" d={paths.dotted} />
      <path class="ask" d={paths.ask} />
    </svg>
  );
}

/** Cells in a row. */
export function acrossOf(states: string): number {
  return Math.max(LEAST_ACROSS, Math.ceil(states.length / ROWS > 20 ? Math.sqrt(4 * states.length) : states.length / ROWS));
}

/** "36 hashing, 1 unknown". */
export function counted(states: string): string {
  const counts = Object.entries(STATES).map(([letter, word]) => [states.split(letter).length - 1, word] as const);
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

function drawn(states: string, across: number, old?: boolean): Record<"whole" | "rim" | "dotted" | "ask", string> {
  const paths = { whole: "", rim: "", dotted: "", ask: "" };
  [...states].forEach((letter, i) => {
    const [x, y] = [(i % across) * PITCH + 1.25, Math.floor(i / across) * PITCH + 1.25];
    const box = `M${x} ${y}h${SIDE}v${SIDE}h-${SIDE}z`;
    if (old && /[hw]/.test(letter)) paths.rim += `${box}m0 ${SIDE}l${SIDE}-${SIDE}`;
    else if (letter === "h") paths.whole += box;
    else if (letter === "a") paths.rim += box;
    else if (letter === "o") paths.dotted += box;
    else if (letter === "w") {
      paths.rim += box;
      paths.whole += `M${x} ${y + SIDE / 2}h${SIDE}v${SIDE / 2}h-${SIDE}z`;
    } else paths.ask += `M${x + 2} ${y + 3}c0-4 5.500-4 5.500-.5c0 2-2.750 2-2.750 4M${x + 4.75} ${y + 8.4}v1`;
  });
  return paths;
}
