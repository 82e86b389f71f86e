import { defineConfig } from "vite";
import { plainImports, trimmedCharts } from "./trimmed.ts";

const PAGES = ["index.html", "event.html", "debug.html"];

// Everything is a file of its own and nothing is inlined: the pages run under `default-src 'self'`. The gallery of component
// states is for developers and tests: `vite build --mode gallery` puts it beside, it is never served by the product.
export default defineConfig(({ mode }) => ({
  plugins: [plainImports(), trimmedCharts()],
  build: {
    outDir: mode === "gallery" ? "dist-gallery" : "dist",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rollupOptions: { input: mode === "gallery" ? ["gallery.html"] : PAGES },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/dashboard_data.json": "http://127.0.0.1:8000" } },
}));
