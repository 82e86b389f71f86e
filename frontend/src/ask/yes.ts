import { moment } from "../words";
import { sentence } from "./problem";

const ORDERS = new Set(["curtail", "hold"]);

/** A yes in words, and until when it holds. Load is only ordered off with it: the headline tells when that is measured. */
export function yes(verb: string, reason: string, result: object | null | undefined): string {
  const said = ORDERS.has(verb) ? reason.replace(/^done\b/, "ordered") : reason;
  const at = (result as { until_at?: unknown } | null | undefined)?.until_at;
  return sentence(said + (typeof at === "number" ? `, until ${moment(at)}` : ""));
}
