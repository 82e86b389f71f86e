import { App } from "../app";
import { NAMES } from "./fixed";

/** Every panel of the page in one state, and the way to the others. */
export function GalleryPage({ state }: { state: string }) {
  return (
    <>
      <nav class="gallery" aria-label="States of the gallery">
        <strong>Gallery, fixed data</strong>
        <ul>
          {NAMES.map(({ name, title }) => (
            <li key={name}>
              <a href={`#${name}`} {...(name === state ? { "aria-current": "page" } : {})}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <App />
    </>
  );
}
