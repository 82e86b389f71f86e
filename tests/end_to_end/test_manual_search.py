"""The manual's search where the manual was opened as a file: on a laptop in the hall, from a stick."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

SHIM = Path(__file__).resolve().parents[2] / "docs" / "look" / "iframe-worker.js"
WORKER = 'self.onmessage = ({ data }) => { data.words.push("heard"); self.postMessage({ answer: data.words }); };'
ASKING = """() => new Promise((done) => {
  const worker = new Worker("worker.js"), words = ["fan"], turns = [];
  worker.onmessage = ({ data }) => { worker.terminate(); done({ data, words, turns }); };
  worker.postMessage({ words });
  turns.push("asked");
})"""


@pytest.fixture
def opened_as_a_file(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    (tmp_path / "worker.js").write_text(WORKER, "utf-8")
    (tmp_path / "page.html").write_text(f"<body></body><script>{SHIM.read_text('utf-8')}</script>", "utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    page.close()


def test_a_page_that_was_opened_as_a_file_is_answered_as_by_a_worker(opened_as_a_file: Page) -> None:
    heard = opened_as_a_file.evaluate(ASKING)
    assert heard == {"data": {"answer": ["fan", "heard"]}, "words": ["fan"], "turns": ["asked"]}
    assert opened_as_a_file.evaluate("document.querySelectorAll('iframe').length") == 0
