// Keeps nothing of the site, whose numbers would be old: only the page that says that there is no connection.
const KEPT = "no-connection-1";
const PAGES = ["/offline.html", "/plain.css"];

self.addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(PAGES))));

self.addEventListener("activate", (event) =>
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))),
);

self.addEventListener("fetch", (event) => {
  const isKept = PAGES.includes(new URL(event.request.url).pathname);
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGES[0])));
  else if (isKept) event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});
