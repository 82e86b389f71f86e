// What ends something that stands, beside it.

import { ending } from "../held";
import type { Lease, Lockout, SignalTile, Trip } from "../types";
import { tripName } from "../words";
import { ask } from "./ask";
import { Asking } from "./asking";

/** End a lease before its time. */
export function ReleaseLease({ lease }: { lease: Lease }) {
  return <Asking label={ending(lease)} send={() => ask("release", { id: lease.id }, "")} />;
}

/** Give back what is locked out. */
export function Unlock({ lockout }: { lockout: Lockout }) {
  return <Asking label={`Give ${lockout.target} back`} send={() => ask("unlock", { target: lockout.target }, "")} />;
}

/** End a trip; refused while its cause stands. */
export function ResetTrip({ trip }: { trip: Trip }) {
  return <Asking label={`Reset ${tripName(trip.key)}`} send={() => ask("reset", { trip: trip.key }, "")} />;
}

/** Put a signal source back into service. */
export function BackIntoService({ signal }: { signal: SignalTile }) {
  return (
    <Asking
      label={`Put ${signal.name} back into service`}
      send={() => ask("service", { signal: signal.name, in_service: true }, "")}
    />
  );
}
