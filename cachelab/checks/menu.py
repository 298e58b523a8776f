"""What there is to choose from, printed so that no line breaks beside the file browser of a small laptop."""

from textwrap import fill

COLUMNS = 72


def menu(cases: dict[str, str], choices: dict[str, str]) -> None:
    """Print each of `cases`, name and story, and then the `choices`, each as the text to write down."""
    for name, story in cases.items():
        print(_filled(f"{name}: {story}", 2), end="\n\n")
    for choice, what in choices.items():
        print(_filled(f"  {choice!r}: {what}", 6))


def _filled(text: str, indent: int) -> str:
    return fill(text, COLUMNS, subsequent_indent=" " * indent, break_on_hyphens=False)
