import type { ComponentChildren } from "preact";

interface TopProps {
  title: ComponentChildren;
  site?: string | undefined;
  ways?: ComponentChildren; // links away from this page
  children?: ComponentChildren; // what is known of the whole, in short
}

/** The head of every page. */
export function Top({ title, site, ways, children }: TopProps) {
  return (
    <header class="top">
      <h1>
        {title} {site !== undefined && <span class="site">{site}</span>}
      </h1>
      {children}
      {ways && (
        <nav class="ways" aria-label="Ways from this page">
          {ways}
        </nav>
      )}
    </header>
  );
}
