// What the controller refuses is said before it is asked.

import { kw } from "../words";

/** Why so many kW may not be asked for: what takes nothing off is refused; undefined: it may. */
export function slip(target: number, nominal_kw: number | null): string | undefined {
  if (!(target >= 0 && target <= 100_000)) return "Give the kW that may stay on.";
  const all = nominal_kw || Number.POSITIVE_INFINITY; // 0: no load is set up, and null: not known; the controller judges
  return target < all ? undefined : `${kw(target)} takes nothing off: give less than ${kw(all)}, which is all the load.`;
}
