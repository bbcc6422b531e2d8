"""What stories on a phone without a network have in common."""

import time

PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 640}
# Everything that the phone keeps, as text: caches, and the store with its ciphertext.
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      found.push(request.url, await answer.text());
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => {
      const r = indexedDB.open(name);
      r.onsuccess = () => done(r.result);
    });
    for (const store of base.objectStoreNames) {
      const rows = await new Promise((done) => {
        const r = base.transaction(store).objectStore(store).getAll();
        r.onsuccess = () => done(r.result);
      });
      for (const row of rows) {
        found.push(store, JSON.stringify(row), new TextDecoder().decode(row.body));
      }
    }
    base.close();
  }
  return found;
}"""
# The network says that it is back: nobody waits for the pauses between attempts.
NUDGE = "window.dispatchEvent(new Event('online'))"


def save(page):
    page.locator("#foot button").click()
    page.wait_for_selector("#toasts >> text=已存本机")


def until(page, script, meanwhile="0"):
    """Wait for the page's script to say yes (its policy forbids Playwright's own waiting)."""
    deadline = time.monotonic() + 30
    while not page.evaluate(script):
        assert time.monotonic() < deadline, script
        page.evaluate(meanwhile)
        page.wait_for_timeout(200)
