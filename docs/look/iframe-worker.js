// A browser starts no worker for a page that was opened as a file. There the search runs in a hidden frame instead. As with a
// worker, what passes between the two is a copy, and arrives when the present step has ended.
if (location.protocol === "file:") {
  const deliver = (target, data) => {
    const message = new MessageEvent("message", { data: structuredClone(data) });
    setTimeout(() => target.dispatchEvent(message));
  };

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.addEventListener("message", (message) => this.onmessage?.(message));
      this.frame = document.body.appendChild(document.createElement("iframe"));
      this.frame.hidden = true;
      const inner = this.frame.contentWindow;
      inner.postMessage = (data) => deliver(this, data);
      const script = inner.document.createElement("script");
      script.src = url;
      this.loaded = new Promise((done) => (script.onload = done));
      inner.document.body.appendChild(script);
    }

    async postMessage(data) {
      await this.loaded;
      deliver(this.frame.contentWindow, data);
    }

    terminate() {
      this.frame.remove();
    }
  };
}
