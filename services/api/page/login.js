// Logs in and out. The cookie is out of a script's reach; what a writing request must carry is asked for again when it is needed.
const form = document.getElementById("login");
const out = document.getElementById("logout");
const answer = document.getElementById("answer");
const tell = (text, wrong = false) => {
  answer.textContent = text;
  answer.className = wrong && text ? "wrong" : "";
};

// Back to where one came from, on this site alone.
function home() {
  try {
    const place = new URL(new URLSearchParams(location.search).get("back") || "/", location.origin);
    return place.origin === location.origin && place.pathname !== "/login" ? place.pathname + place.search + place.hash : "/";
  } catch {
    return "/";
  }
}

async function ask(path, options) {
  const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(10000), ...options }).catch(() => {
    throw new Error("no answer from the site's computer");
  });
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}));
  const again = response.headers.get("Retry-After");
  if (!response.ok) throw new Error((body.detail || `HTTP ${response.status}`) + (again ? `; try again in ${again} s` : ""));
  return body;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(form));
  tell("");
  try {
    const headers = { "Content-Type": "application/json" };
    await ask("/api/v1/login", { method: "POST", headers, body: JSON.stringify({ name, password }) });
    location.assign(home());
  } catch (error) {
    tell(error.message, true);
  }
});

out.addEventListener("click", async () => {
  try {
    const me = await ask("/api/v1/me");
    await ask("/api/v1/logout", { method: "POST", headers: { "X-CSRF-Token": me.csrf || "" } });
    out.hidden = true;
    tell("logged out");
  } catch (error) {
    tell(error.message, true);
  }
});

document.getElementById("back").href = home();
ask("/api/v1/me").then((me) => {
  if (me.how !== "session") return;
  tell(`logged in as ${me.name}, ${me.role}`);
  out.hidden = false;
}, () => {});
