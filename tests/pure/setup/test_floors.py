"""The house stands: imports point down, and no folder knows its neighbour on the same floor."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "cachelab"
FLOORS = {
    "learner": 0,
    "engines": 1, "questions": 1, "virtual": 1,
    "shop": 2, "races": 2, "cloud": 2, "workload": 2,
    "checks": 3, "day": 3,
    "exercises": 4, "widgets": 4,
    "command": 5,
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


# Inside the cloud, from the ground up; a room knows none above it, nor its neighbour on the same line.
CLOUD = [
    {"facts", "events", "faults", "guard", "spelling", "constraints"},
    {"plane", "order", "forecast", "command"},
    {"resources", "allowed"},
    {"region"},
    {"asking"},
    {"rules"},
    {"api", "metrics"},
    {"server", "billing", "topology"},
    {"account"},
    {"live", "ward"},
]
API = [
    {"model", "paging", "work", "logs", "notices"},
    {"operations"},
    {"tags"},
    {"networks", "parameters"},
    {"users"},
    {"repair"},
    {"replicas"},
    {"snapshots", "failover"},
    {"serverless_snapshots"},
    {"groups", "clusters", "serverless", "inventory"},
    {"reshard", "maintenance"},
    {"perform"},
    {"wire"},
]
RACES = [
    {"calls", "refusals", "tiny"},
    {"models"},
    {"clients"},
    {"faults", "state"},
    {"world"},
    {"effects", "cdc"},
    {"alone"},
    {"moves", "graph", "invariants"},
    {"study", "loads", "rules"},
    {"telling"},
    {"explore"},
    {"strategies"},
    {"matrix"},
]


def modules_known(path: Path) -> set[Path]:
    """The modules of cachelab that a module imports: those it names, or the packages it takes names from."""
    found = set()
    for name in imported_names(path):
        parts = name.split(".")[1:]
        for length in (len(parts), len(parts) - 1):
            place = PACKAGE.joinpath(*parts[:length])
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if length and file.is_file():
                    found.add(file)
                    break
            else:
                continue
            break
    return found - {path}


def circle(graph: dict[Path, set[Path]]) -> list[Path]:
    """Modules of which each imports the next and the last the first; empty if there are none."""
    done: set[Path] = set()

    def walk(path: Path, way: list[Path]) -> list[Path]:
        if path in way:
            return way[way.index(path) :]
        if path in done:
            return []
        for other in sorted(graph.get(path, ())):
            if found := walk(other, [*way, path]):
                return found
        done.add(path)
        return []

    return next((found for path in sorted(graph) if (found := walk(path, []))), [])


@pytest.mark.parametrize("folder", sorted(FLOORS))
def test_no_circle(folder):
    """Not even one through an import inside a function, or one for the sake of a type."""
    graph = {path: modules_known(path) for path in sorted((PACKAGE / folder).rglob("*.py"))}
    names = [str(path.relative_to(PACKAGE)) for path in circle(graph)]
    assert not names, " -> ".join([*names, names[0]])


@pytest.mark.parametrize(("room", "order"), [("cloud", CLOUD), ("cloud/api", API), ("races", RACES)])
def test_the_order_inside(room, order):
    level = {name: number for number, names in enumerate(order) for name in names}
    for path in sorted((PACKAGE / room).rglob("*.py")):
        mine = path.relative_to(PACKAGE / room).parts[0].removesuffix(".py")
        if mine == "__init__":
            continue
        assert mine in level, f"{room}/{mine} has no place in the order yet: give it one"
        for other in modules_known(path):
            if other.is_relative_to(PACKAGE / room):
                theirs = other.relative_to(PACKAGE / room).parts[0].removesuffix(".py")
                if theirs != mine and theirs != "__init__":
                    assert level[theirs] < level[mine], f"{room}: {path.name} imports {theirs}"


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
