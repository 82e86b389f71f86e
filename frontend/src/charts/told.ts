// Answers that the charts are drawn from, as the server's models have them. Null is unknown, never 0. `at` are Unix seconds UTC.

/** The load in one stretch of time; services/api/load_series.py. */
export interface LoadBucket {
  at: number;
  kw: number | null;
  lowest_kw: number | null;
  highest_kw: number | null;
  partial: boolean;
  forced: boolean;
  target_kw: number | null;
}

/** `GET /api/v1/series/load`. */
export interface LoadSeries {
  measured_by: "site meter" | "PDUs" | "records" | "nothing";
  meters: string[];
  bucket_s: number;
  target_known: boolean;
  buckets: LoadBucket[];
}

/** A sensor with stored readings, `GET /api/v1/sensors`; services/api/history/records.py. */
export interface SensorRow {
  sensor: string;
  device: string;
  quantity: string;
  unit: string;
  label: string;
  first: string | null;
  last: string | null;
}

/** The rise or fall of an alarm, `GET /api/v1/alarms/history`; services/api/history/records.py. */
export interface AlarmRow {
  id: number;
  timestamp: string;
  source: string;
  key: string;
  active: boolean;
  kind: string;
  since: string;
  cause: string;
  consequence: string;
  action: string;
}
