import { defineConfig } from "vite";

// Everything is a file of its own and nothing is inlined: the page runs under `default-src 'self'`.
export default defineConfig({
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/dashboard_data.json": "http://127.0.0.1:8000" } },
});
