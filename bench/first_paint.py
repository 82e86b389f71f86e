"""When a phone on a slow network sees the state of the site: from typing the address to the first paint, nothing in its cache.

The network is the slow 4G of Chromium's own throttling (1.6 Mbit/s down, 0.75 up, 150 ms there and back), the processor a
quarter of this one. `python -m bench.first_paint [address]`: the page of a site that runs; nothing of it is changed.
"""

import asyncio
import statistics
import sys

from playwright.async_api import Browser, async_playwright

ADDRESS = "http://127.0.0.1:8000/"
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
TIMES = 7
_PAINTS = "performance.getEntriesByType('paint').find(one => one.name === 'first-contentful-paint')?.startTime"
_DRAWN = "performance.now()"


async def measured(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds to the first paint with content, and until the scripts have drawn the page."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", SLOW_4G)
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.goto(address, wait_until="commit")
    await page.wait_for_selector(".headline")
    drawn = await page.evaluate(_DRAWN)
    paint = await page.evaluate(_PAINTS)
    await context.close()
    return paint, drawn


async def main(address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        found = [await measured(browser, address) for _ in range(TIMES)]
        await browser.close()
    paints, drawn = zip(*found, strict=True)
    sys.stdout.write(f"first paint: median {statistics.median(paints):.0f} ms, worst {max(paints):.0f} ms of {TIMES}\n")
    sys.stdout.write(f"drawn by its scripts: median {statistics.median(drawn):.0f} ms, worst {max(drawn):.0f} ms\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ADDRESS))
