"""Where a page of the site can be run: each page says so in one paragraph.

`make site` and `make lite` may run in either order, and a site may be without the other: both call `lead`.
"""

import re
from pathlib import Path

__all__ = ["EXERCISES", "LESSONS", "PARTS", "lead"]

# What runs in the browser: whole, or in part; and of a lesson's exercises what does not.
LESSONS = ("05_invalidation_races", "05b_strategies_and_faults")
PARTS = {
    "06_expiry_and_eviction": "Its models run here: sampled LRU, policies against traces, which TTL, which "
    "node. The rest fills real servers.",
    "07_stampedes_and_hot_keys": "Its models run here: one key, the lock in every order, dice, the flush, "
    "the hot key. The rest, and its exercises, are threads, which Python in a browser does not have.",
}
EXERCISES = {
    "01_why_cache": "",
    "02_redis_or_memcached": "02.2 needs a real Memcached, and says so.",
    "04_cache_aside": "04.2 needs a real server, and says so.",
    "05_invalidation_races": "",
    "06_expiry_and_eviction": "06.4 measures a real server, and says so.",
}
PARAGRAPH = re.compile('<p class="live">.*?</p>', re.S)  # as site/page.html has it
AT_HOME = "To run it yourself, with real servers, clone the course and type <code>make lab</code>."


def lead(site: Path) -> None:
    """Write into every page of the site's lessons and exercises where it can be run, by what is there now."""
    lite = (site / "lite" / "index.html").exists()
    for kind in ("notebooks", "exercises"):
        for path in sorted((site / kind).glob("*.html")):
            before, after = PARAGRAPH.split(path.read_text(encoding="utf-8"), maxsplit=1)
            said = f'<p class="live">{_said(kind, path.stem, lite)}</p>'
            path.write_text(f"{before}{said}{after}", encoding="utf-8")


def _said(kind: str, stem: str, lite: bool) -> str:
    shows = "This page shows one run." if kind == "notebooks" else "This page is for reading."
    if not lite:
        return f"{shows} {AT_HOME}"
    if stem not in ((*LESSONS, *PARTS) if kind == "notebooks" else EXERCISES):
        return f'{shows} {AT_HOME} <a href="../lite/index.html">Parts of the course run in your browser.</a>'
    words = "Run its models in your browser" if stem in PARTS else "Run this lesson in your browser"
    words = words if kind == "notebooks" else "Solve these in your browser"
    place = f"../lite/notebooks/index.html?path={kind}/{stem}.ipynb"
    return f'{shows} <a href="{place}">{words}</a>, with nothing installed.'
