"""The house stands: imports point down, and no folder knows its neighbour on the same floor."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "cachelab"
FLOORS = {
    "engines": 1, "learner": 1, "questions": 1, "virtual": 1,
    "shop": 2, "races": 2, "cloud": 2, "workload": 2,
    "checks": 3,
    "exercises": 4, "widgets": 4,
}  # fmt: skip


def imported_names(path: Path) -> set[str]:
    """What a module imports of cachelab, anywhere in it, with dots from `cachelab` on."""
    package = ("cachelab", *path.parent.relative_to(PACKAGE).parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) + 1 - node.level]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name for name in names if name.startswith("cachelab.")}
    return found


def imported_folders(path: Path) -> set[str]:
    """The folders of cachelab that a module imports, anywhere in it."""
    return {name.split(".")[1] for name in imported_names(path)} & set(FLOORS)


def modules():
    return [path for folder in FLOORS for path in sorted((PACKAGE / folder).rglob("*.py"))]


def test_every_folder_has_its_floor():
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"} <= set(FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    folder = path.relative_to(PACKAGE).parts[0]
    for other in imported_folders(path) - {folder}:
        assert FLOORS[other] < FLOORS[folder], f"{folder} (floor {FLOORS[folder]}) imports {other}"


def test_of_the_races_only_the_replay_needs_an_engine():
    need = {path.name for path in (PACKAGE / "races").rglob("*.py") if "engines" in imported_folders(path)}
    assert need <= {"replay.py"}


def test_nothing_imports_a_lesson_but_the_lesson_itself():
    """What lessons share stands in asserts/, which knows none of them."""
    for path in sorted((PACKAGE / "exercises").rglob("*.py")):
        mine = path.relative_to(PACKAGE).parts[1]
        for name in imported_names(path):
            _, folder, *rest = name.split(".")
            if folder == "exercises" and rest and rest[0].startswith("lesson_"):
                assert rest[0] == mine, f"{path.name} imports {name}"
