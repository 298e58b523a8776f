"""What an exercise prints to choose from."""

from cachelab import checks


def test_no_line_is_too_long_and_what_goes_on_is_indented(capsys):
    checks.menu({"shop": "one word after another " * 9}, {"near cache": "kept in-process " * 7, "row": "SQL"})
    case, choices = capsys.readouterr().out.split("\n\n")
    first, *rest = case.splitlines()
    assert first.startswith("shop: one word") and all(line.startswith("  ") for line in rest)
    lines = choices.splitlines()
    assert lines[0].startswith("  'near cache': kept") and lines[1].startswith("      ") and len(lines) > 2
    assert lines[-1] == "  'row': SQL"
    assert all(len(line) <= 72 for line in [first, *rest, *lines])
