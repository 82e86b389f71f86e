import { Meter } from "../meter";
import { Age, Badge, Panel, gravest } from "../parts";
import { loads } from "../past";
import { freshness } from "../store";
import type { Dashboard, PduTile } from "../types";
import { kw } from "../words";

/** What each PDU delivers, against the limit of its feeder where it has one of its own, and how its outlets stand. */
export function Pdus({ feed }: { feed: Dashboard }) {
  if (feed.pdus.length === 0) return null;
  const most = Math.max(1, ...feed.pdus.map((one) => Math.max(one.kw ?? 0, one.limit_kw ?? nameplate(one.name))));
  const isLimited = feed.pdus.some((one) => one.limit_kw !== null);
  return (
    <Panel
      title="PDUs"
      past={feed.state_stale}
      tone={gravest(feed.pdus.map((one) => one.tone))}
      note={`bars to ${kw(Math.ceil(most))}${isLimited ? ", mark: limit of the feeder" : ""}`}
    >
      <ul class="pdus">
        {feed.pdus.map((one) => (
          <Pdu key={one.name} one={one} most={most} />
        ))}
      </ul>
    </Panel>
  );
}

/** What its loads draw by their nameplates, kW: the bars keep their scale when the load goes. */
function nameplate(pdu: string): number {
  return (loads.value ?? []).filter((row) => row.pdu === pdu).reduce((sum, row) => sum + row.kw, 0);
}

function Pdu({ one, most }: { one: PduTile; most: number }) {
  const { stale } = freshness(one);
  const limit = one.limit_kw === null ? [] : [{ kind: "limit", at: one.limit_kw }];
  return (
    <li class={`tone-${one.tone}`}>
      <span class="name">{one.name}</span>
      <Meter slim high={most} parts={[{ kind: stale ? "fill is-old" : "fill", from: 0, to: one.kw ?? 0 }]} marks={limit} />
      <span class={`value${one.kw === null ? " is-unknown" : stale ? " is-stale" : ""}`}>{kw(one.kw)}</span>
      <span class="outlets">
        {one.outlets_on + one.outlets_off > 0 && `${one.outlets_on} ${stale ? "were on" : "on"}`}
        {one.outlets_off > 0 && `, ${one.outlets_off} off`}
      </span>
      <Age of={one} />
      {one.outlets_unknown > 0 && <Badge tone="unknown">{one.outlets_unknown} outlets unknown</Badge>}
      {(one.reason || one.limit_kw !== null) && (
        <span class="detail">
          {[one.reason, one.limit_kw === null ? "" : `its feeder carries at most ${kw(one.limit_kw)}`].filter(Boolean).join("; ")}
        </span>
      )}
    </li>
  );
}
