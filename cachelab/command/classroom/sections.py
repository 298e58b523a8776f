"""In which section of its lesson each question stands."""

import json
import re
from pathlib import Path

_HEADING = re.compile(r"^## (\d.*?)(?: · \d+ minutes?)?$", re.MULTILINE)
_ASKED = re.compile(r'widgets\.ask\("([^"]+)"')


def sections(folder: Path) -> dict[str, str]:
    """Of the lessons in a folder: {"04.kill": "3. A dead cache, and what retries cost", …}. A question that
    stands under no section, as an opening one does, is left out."""
    found = {}
    for file in sorted(folder.glob("*.ipynb")):
        heading = ""
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                heading = (_HEADING.findall(source) or [heading])[-1]
            elif heading:
                found |= dict.fromkeys(_ASKED.findall(source), heading)
    return found
