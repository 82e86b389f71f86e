// A list of the records that grows, followed by its cursor.

import { useEffect, useState } from "preact/hooks";
import { get } from "../get";

const EVERY_MS = 2000;

/** The newest `most` of what `path` lists under `name`, newest first, while it is shown; null: the history does not answer. */
export function useFollowed<T>(path: string, name: string, most: number): T[] | null {
  const [rows, setRows] = useState<T[] | null>(null);
  useEffect(() => {
    let after: number | null = null;
    let timer = 0;
    const more = async () => {
      const asked = after;
      const { found } = await get<Record<string, T[]> & { next_after: number }>(
        `${path}limit=${most}${asked === null ? "" : `&after=${asked}`}`,
      );
      if (timer < 0) return;
      after = found?.next_after ?? null;
      setRows((held) => found && [...(found[name] ?? []).reverse(), ...((asked !== null && held) || [])].slice(0, most));
      timer = window.setTimeout(more, EVERY_MS);
    };
    void more();
    return () => {
      clearTimeout(timer);
      timer = -1;
    };
  }, [path, name, most]);
  return rows;
}
