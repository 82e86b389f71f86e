"""axe-core in a page of ours: what it finds wrong, in words. Only tests need it; no page of the product has it."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

FILE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ASK = "(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then((found) => found.violations)"


async def violations(page: Page) -> list[str]:
    """A line for each element that breaks a rule. Evaluated, not loaded: the page's policy stays in force."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script())
    return [line for one in await page.evaluate(_ASK, RULES) for line in _told(one)]


def _told(violation: dict[str, Any]) -> list[str]:
    checks = [(node["html"][:160], (node["any"] or node["all"] or node["none"])[0]["message"]) for node in violation["nodes"]]
    return [f"{violation['id']}: {html}: {message}" for html, message in checks]


@cache
def _script() -> str:
    return f"() => {{ {FILE.read_text(encoding='utf-8')} }}"
