// Made from services/controller/core/mode.py by services.cli.generate: the first row that applies names the mode.

export interface ModeRow {
  mode: string;
  when: string[]; // its question, in the lines in which it is drawn
}

export const MODES: ModeRow[] = [
  { mode: "emergency", when: ["A trip, an interlock or most fans", "gone"] },
  { mode: "failsafe", when: ["The lowest ceiling is for a lost", "signal or lost temperatures"] },
  { mode: "thermal_limit", when: ["The lowest ceiling is for heat or", "for missing air"] },
  { mode: "restoring", when: ["Nobody asks for less, and more is", "allowed than runs, or released", "loads still wake"] },
  { mode: "curtailing", when: ["Load was asked off, and no", "measurement shows it off yet"] },
  { mode: "curtailed", when: ["Load was asked off, and it is:", "measured, or unproven after the", "wait"] },
  { mode: "manual", when: ["A person's lease or lock-out holds", "load down"] },
  { mode: "starting", when: ["Just started: loads as they are,", "fans first"] },
  { mode: "normal", when: ["Nothing of this"] },
];
