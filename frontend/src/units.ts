// Units as the api writes them (UCUM): how they are shown, and which are of the air.

const SHOWN: Record<string, string> = { Cel: "°C", F: "°F", "%RH": "%" };
const AIR: Record<string, "temperature" | "humidity"> = { Cel: "temperature", F: "temperature", "%RH": "humidity" };

export function unitOf(unit: string): string {
  return SHOWN[unit] ?? unit;
}

/** What a sensor of this unit measures of the air; undefined: it is a meter. */
export function airOf(unit: string): "temperature" | "humidity" | undefined {
  return AIR[unit];
}

/** A temperature in °C, in which all limits are. */
export function celsius(value: number | null, unit: string): number | null {
  return value === null || unit !== "F" ? value : (value - 32) / 1.8;
}
