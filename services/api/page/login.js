// Logs in and out. The cookie is out of a script's reach; what a writing request must carry is asked for again when it is needed.
const form = document.getElementById("login");
const out = document.getElementById("logout");
const tell = (text) => { document.getElementById("answer").textContent = text; };

async function ask(path, options) {
  const response = await fetch(path, options);
  const body = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(body.detail || `HTTP ${response.status}`);
  return body;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(form));
  try {
    const headers = { "Content-Type": "application/json" };
    await ask("/api/v1/login", { method: "POST", headers, body: JSON.stringify({ name, password }) });
    location.assign("/");
  } catch (error) {
    tell(error.message);
  }
});

out.addEventListener("click", async () => {
  try {
    const me = await ask("/api/v1/me");
    await ask("/api/v1/logout", { method: "POST", headers: { "X-CSRF-Token": me.csrf || "" } });
    out.hidden = true;
    tell("logged out");
  } catch (error) {
    tell(error.message);
  }
});

ask("/api/v1/me").then((me) => {
  if (me.how !== "session") return;
  tell(`logged in as ${me.name}, ${me.role}`);
  out.hidden = false;
}, () => {});
