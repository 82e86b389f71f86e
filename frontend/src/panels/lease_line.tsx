import type { ComponentChildren } from "preact";
import { ReleaseLease } from "../ask/release";
import { held } from "../held";
import type { Lease } from "../types";
import { moment } from "../words";

interface LeaseLineProps {
  lease: Lease;
  seconds?: boolean; // its end to the second
  children?: ComponentChildren; // before what it holds
}

/** A hold in force: what, whose, until when and why, and a way to end it. */
export function LeaseLine({ lease, seconds, children }: LeaseLineProps) {
  return (
    <>
      <span>
        {children}
        {held(lease)}{" "}
        <span class="by">
          by {lease.owner} until {moment(lease.until_at, seconds)}
          {lease.reason && `: ${lease.reason}`}
        </span>
      </span>
      <ReleaseLease lease={lease} />
    </>
  );
}
