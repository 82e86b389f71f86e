// Answers of the API beside the feed, as the server's models have them. Null is unknown, never 0. `at` are Unix seconds UTC.

/** The readings of one stretch of time; services/api/history/reader.py. */
export interface Bucket {
  at: number;
  mean: number | null;
  lowest: number | null;
  highest: number | null;
  count: number;
  bad: boolean;
  forced: boolean;
}

/** One sensor over time, `GET /api/v1/series/several`. A stretch without readings has no bucket. */
export interface Series {
  sensor: string;
  unit: string;
  label: string;
  bucket_s: number;
  tier: string;
  buckets: Bucket[];
}

/** What one service, or all, take of the computer; services/api/cost.py. */
export interface ServiceCost {
  service: string;
  up: boolean;
  memory_bytes: number | null;
  cpu_seconds: number | null;
  cpu_share: number | null;
  written_bytes: number | null;
  written_today_bytes: number | null;
  open_files: number | null;
  messages_published: number | null;
  messages_received: number | null;
  databases_bytes: Record<string, number>;
}

/** `GET /api/v1/cost`. */
export interface Cost {
  time: string;
  timezone: string;
  today: string;
  today_since: string;
  services: ServiceCost[];
  whole: ServiceCost;
  written_yesterday_bytes: number | null;
  disk_free_bytes: number | null;
  disk_bytes: number | null;
  databases_bytes: Record<string, number>;
}
