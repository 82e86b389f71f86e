// What each provider said of an alarm, as the notifier writes it: "email accepted at 2026-11-22T03:38:00Z (its words)".

import { moment } from "./words";

const RECEIPT = /^(\S+) (accepted|refused) at (\S+)/;
const NAMES: Record<string, string> = { email: "e-mail", sms: "SMS" };

/** A receipt as it came, with its time by the clock of the site: "email accepted at 21:38:00 (its words)". */
export function inFull(receipt: string, today?: number, timeZone?: string): string {
  const [told, channel, verdict, at] = RECEIPT.exec(receipt) ?? [];
  const unix = Date.parse(at ?? "") / 1000;
  if (!told || !Number.isFinite(unix)) return receipt;
  return `${channel} ${verdict} at ${moment(unix, true, today, timeZone)}${receipt.slice(told.length)}`;
}

/** The last word of each channel in one line: "telegram, e-mail, SMS accepted 03:38". What cannot be read is kept as it is. */
export function inShort(receipts: string[]): string {
  const last = new Map<string, string>();
  for (const receipt of receipts) {
    const [, channel, verdict, at] = RECEIPT.exec(receipt) ?? [];
    const unix = Date.parse(at ?? "") / 1000;
    if (channel && verdict && Number.isFinite(unix)) last.set(NAMES[channel] ?? channel, `${verdict} ${moment(unix)}`);
    else last.set(receipt, "");
  }
  const alike = new Map<string, string[]>();
  for (const [channel, said] of last) alike.set(said, [...(alike.get(said) ?? []), channel]);
  return [...alike].map(([said, channels]) => `${channels.join(", ")} ${said}`.trim()).join("; ");
}
