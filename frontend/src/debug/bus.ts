// What passes on the bus, as services/api/bus_tap.py tells it: drawn at most once a frame, and no more kept than is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import type { BusMessage } from "../types";

export interface Numbered extends BusMessage {
  n: number;
}

export interface Heard {
  rows: Numbered[]; // newest first
  dropped: number; // lost on the way to this page
  live: boolean;
}

const NOTHING: Heard = { rows: [], dropped: 0, live: false };
const TYPED_MS = 300; // a prefix is asked for when it is written, not at each letter
const AGAIN_MS = 3000;
let count = 0;

/**
 * Listen while `on` and the page is seen: to topics that begin with `prefix`, keeping the newest `most` in which `text` stands.
 * A change of the prefix begins anew.
 */
export function useBus(on: boolean, prefix: string, text: string, most: number): Heard {
  const [heard, setHeard] = useState(NOTHING);
  const [seen, setSeen] = useState(!document.hidden);
  const wanted = useRef(text);
  wanted.current = text;
  useEffect(() => {
    const look = () => setSeen(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => setHeard(NOTHING), [prefix]);
  useEffect(() => {
    if (!on || !seen) return;
    return listen(prefix, most, (fresh, dropped, live) => {
      const found = fresh.filter(has(wanted.current)).reverse();
      setHeard(({ rows }) => ({ rows: [...found, ...rows].slice(0, most), dropped, live }));
    });
  }, [on, seen, prefix]);
  return { ...heard, rows: heard.rows.filter(has(text)) };
}

function listen(prefix: string, most: number, tell: (fresh: Numbered[], dropped: number, live: boolean) => void): () => void {
  let fresh: Numbered[] = [];
  let dropped = 0;
  let frame = 0;
  let source: EventSource | undefined;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      tell(fresh, dropped, source?.readyState === EventSource.OPEN);
      fresh = [];
    });
  };
  const open = () => {
    source = new EventSource(`/api/debug/bus?topic=${encodeURIComponent(prefix)}`);
    source.onmessage = (event) => {
      fresh.push({ ...(JSON.parse(event.data) as BusMessage), n: ++count });
      if (fresh.length > most) fresh.shift();
      soon();
    };
    source.addEventListener("dropped", (event) => {
      ({ dropped } = JSON.parse(event.data));
      soon();
    });
    source.onopen = soon;
    source.onerror = () => {
      soon();
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, AGAIN_MS);
    };
  };
  let timer = window.setTimeout(open, TYPED_MS);
  return () => {
    source?.close();
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}

function has(text: string): (one: BusMessage) => boolean {
  const part = text.toLowerCase();
  return (one) => `${one.topic}\n${one.payload}`.toLowerCase().includes(part);
}
