import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Panel } from "../parts";
import "../style/charts.css";
import type { Dashboard } from "../types";

const NEAR = "400px"; // so far below what is seen they are fetched

const board = signal<ComponentType<{ feed: Dashboard }> | "lost" | null>(null);

/** Charts from an hour to a year, zoomable, with curtailments and alarms marked. They come when somebody scrolls near. */
export function Charts({ feed }: { feed: Dashboard }) {
  const place = useRef<HTMLDivElement>(null);
  const Board = board.value;
  useEffect(() => {
    if (place.current === null) return;
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchBoard(), { rootMargin: NEAR });
    near.observe(place.current);
    return () => near.disconnect();
  }, []);
  if (Board !== null && Board !== "lost") return <Board feed={feed} />;
  return (
    <Panel title="Charts">
      <div class="no-charts" ref={place}>
        <p class="calm">
          {Board === "lost"
            ? "The charts could not be loaded; they are tried again when you scroll here."
            : "Loading the charts."}
        </p>
      </div>
    </Panel>
  );
}

async function fetchBoard(): Promise<void> {
  if (board.value !== null && board.value !== "lost") return;
  try {
    const found = await import("./board");
    board.value = found.Board; // a component is a function: a signal keeps it as it is
  } catch {
    board.value = "lost";
  }
}
