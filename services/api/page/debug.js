// Sends each form's text as JSON, and shows the answer and the state. Nothing here decides anything.
const text = (id, value) => { document.getElementById(id).textContent = value; };

async function ask(path, options) {
  try {
    const response = await fetch(path, options);
    return `${response.status}\n${JSON.stringify(await response.json(), null, 2)}`;
  } catch (error) {
    return `no answer: ${error}`;
  }
}

for (const form of document.forms) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    text("answer", "waiting");
    const headers = { "Content-Type": "application/json" };
    text("answer", await ask(`/api/debug/${form.dataset.path}`, { method: "POST", headers, body: form.querySelector("textarea").value }));
  });
}

async function refresh() {
  const state = await ask("/api/state");
  if (!state.startsWith("no answer")) text("at", `of ${new Date().toLocaleString()}`);
  text("state", state);
}
refresh();
setInterval(refresh, 2000);
