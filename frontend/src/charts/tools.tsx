import { GROUPS, LIVE, type Live, NAMES, move, range, show, shown, toggle, zoom } from "./range";

/** Which time and which series are shown. */
export function Tools() {
  const live = typeof range.value === "string";
  return (
    <div class="chart-tools">
      <div role="group" aria-label="Time">
        {(Object.keys(LIVE) as Live[]).map((one) => (
          <button key={one} type="button" aria-pressed={range.value === one} onClick={() => show(one)}>
            {NAMES[one]}
          </button>
        ))}
      </div>
      <div role="group" aria-label="Zoom and move">
        <Tool label="Earlier" sign="◂" act={() => move(-0.5)} />
        <Tool label="Closer" sign="+" act={() => zoom(2)} />
        <Tool label="Further off" sign="−" act={() => zoom(0.5)} />
        <Tool label="Later" sign="▸" act={() => move(0.5)} disabled={live} />
        <button type="button" disabled={live} onClick={() => show("hour")}>
          Back to live
        </button>
      </div>
      <div role="group" aria-label="Series">
        {GROUPS.map((one) => (
          <button key={one} type="button" aria-pressed={shown.value.includes(one)} onClick={() => toggle(one)}>
            {one}
          </button>
        ))}
      </div>
    </div>
  );
}

function Tool({ label, sign, act, disabled }: { label: string; sign: string; act: () => void; disabled?: boolean }) {
  return (
    <button type="button" aria-label={label} title={label} disabled={disabled ?? false} onClick={act}>
      {sign}
    </button>
  );
}
