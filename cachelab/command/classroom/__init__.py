"""Open a class that one can see: guesses and exercises of who wants to be seen, without names, on your page.

    cachelab class                                learners on this machine, as on a hub of one machine
    cachelab class --host 192.168.1.5             learners in this network
    cachelab class 01 04 --agenda 90_minutes      with these lessons on the page from the start, and minutes
    cachelab class --codes FOLDER                 no network: learners drop their progress codes, a file each
    cachelab class --codes FOLDER --host …        both: a folder for whom the network does not let through

It prints one line that learners set, and the address of your page. The line's password can append to one list
and do nothing else: nobody reads what others guessed. Nothing is kept when the class ends.
"""

import argparse
import threading
import time
from pathlib import Path

from cachelab.command.trouble import Trouble, needs_the_course

NAME = "class"
PAUSE = 0.25  # seconds between two looks at what arrived
BATCHES = 20  # at one look; who floods the class must not keep it from being ended


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="on the page from the start, such as 04")
    parser.add_argument("--host", metavar="ADDRESS", help="of this machine, for learners on others")
    parser.add_argument("--port", type=int, help="that learners connect to; default: a free one")
    parser.add_argument("--line", help="open a class that ended once more, with the line it had")
    parser.add_argument("--agenda", metavar="NAME", help="one of workshop/, such as 90_minutes or half_day")
    parser.add_argument("--page-host", default="127.0.0.1", metavar="ADDRESS", help="of the page")
    parser.add_argument("--page-port", type=int, default=0, help="of the page; default: a free one")
    parser.add_argument(
        "--codes", type=Path, metavar="FOLDER", help="read progress codes in its files; alone: no network"
    )


def run(given: argparse.Namespace) -> int:
    needs_the_course("anywidget", "psutil", "platformdirs")
    _check(given)
    from .room import NoRoom

    ended = threading.Event()
    try:
        with Class(given) as opened:
            print(opened.greeting(), flush=True)
            opened.serve(ended)
    except NoRoom as error:
        raise Trouble(str(error)) from None
    except KeyboardInterrupt:
        print("\nThe class has ended; nothing of it is kept.")
    return 0


def _check(given: argparse.Namespace) -> None:
    """Raises Trouble for what cannot be meant."""
    if given.codes is not None and not given.codes.is_dir():
        raise Trouble(f"there is no folder {str(given.codes)!r} for the progress codes")
    if given.line and (given.host or given.port):
        raise Trouble("--line names host and port: leave --host and --port out")
    for port in (given.port, given.page_port):
        if port is not None and not 0 <= port <= 65535:
            raise Trouble(f"there is no port {port}: they go from 1 to 65535")


class Class:
    """The room, the page and what stands between them: `with Class(given) as opened: …`."""

    def __init__(self, given: argparse.Namespace):
        from .roll import Roll

        agenda = _agenda(given.agenda)
        lessons = {*given.lessons, *(agenda.lessons if agenda else ())}
        _known(given.lessons)
        self._given = given
        self.lock = threading.Lock()
        # The time of day: a class goes on while the lid of this machine is down, and its other clocks stand.
        self.roll = Roll(time.time, lessons, agenda, _sections())
        self.room = self.page = None

    def __enter__(self):
        from .page import Page

        try:
            if self._given.codes is None or self._given.line or self._given.host or self._given.port:
                self.room = self._room()
            try:
                self.page = Page(self.roll, self.lock, self._given.page_host, self._given.page_port)
            except OSError as error:
                where = f"{self._given.page_host}:{self._given.page_port}"
                raise Trouble(
                    f"the page cannot listen at {where} ({error.strerror}): take another --page-port "
                    "or --page-host"
                ) from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.page is not None:
            self.page.close()
        if self.room is not None:
            self.room.close()

    def _room(self):
        from cachelab.checks.course.classroom import Line

        from .room import HOST, Room

        if self._given.line:
            try:
                line = Line.read(self._given.line)
            except ValueError as error:
                raise Trouble(f"--line: {error}") from None
            return Room(line.host, line.port, line.password)
        return Room(self._given.host or HOST, self._given.port)

    def greeting(self) -> str:
        from cachelab.checks.course.classroom import VARIABLE

        page = f"Your page, for nobody else: {self.page.address}\nCtrl+C ends the class."
        files = (
            f"Learners put their code into a file in {self._given.codes}, one each; lesson 00 shows it under "
            "Carry it to another machine."
        )
        if self.room is None:
            return f"A class without a network. {files}\n\n{page}"
        line = str(self.room.line)
        where = ""
        if self._given.host is None and not self._given.line:
            from .room import addresses

            own = " or ".join(f"--host {one}" for one in addresses())
            where = f"\nThis line works on this machine only. For a room: {own or 'a network first'}.\n"
        if self._given.codes is not None:
            where += f"\nWhom the network does not let through: {files[0].lower()}{files[1:]}\n"
        return (
            f"Learners set this before they start the course, or the hub does for all …\n\n"
            f"    export {VARIABLE}={line}\n\n"
            f"… or run this in a cell of any lesson:\n\n"
            f'    from cachelab.checks import classroom; classroom.join("{line}")\n'
            f"{where}\n{page}"
        )

    def serve(self, ended: threading.Event) -> None:
        """Put what arrives on the roll, until `ended`."""
        while not ended.wait(PAUSE):
            self.look()

    def look(self) -> None:
        """One look at what has arrived."""
        troubles = []
        if self._given.codes is not None:
            from .codes import read

            troubles.append(read(self._given.codes, self.roll, self.lock))
        if self.room is not None:
            troubles.append(self._empty_the_room())
        with self.lock:
            self.roll.trouble = " · ".join(filter(None, troubles))

    def _empty_the_room(self) -> str:
        """Put what lies there on the roll; why nothing arrives, or ""."""
        from .room import NoRoom

        for _ in range(BATCHES):
            try:
                arrived = self.room.take()
            except NoRoom as error:
                return f"Nothing arrives: {error}."
            with self.lock:
                for text in arrived:
                    self.roll.take(text)
            if not arrived:
                break
        return ""


def _agenda(name: str | None):
    """One of workshop/'s, by its name; None for none. Raises Trouble."""
    if name is None:
        return None
    from cachelab.checks.course.source import NotHere, home

    from .agenda import agendas

    try:
        found = agendas(home() / "workshop")
    except (OSError, NotHere):
        found = {}
    if name not in found:
        raise Trouble(f"no agenda {name!r}; there are {', '.join(found) or 'none here'}")
    return found[name]


def _sections() -> dict[str, str]:
    from cachelab.checks.course.source import NotHere, course

    from .sections import sections

    try:
        return sections(course("notebooks"))
    except NotHere:
        return {}


def _known(lessons: list[str]) -> None:
    from cachelab import questions

    if unknown := sorted(set(lessons) - set(questions.lessons())):
        raise Trouble(f"no lesson {', '.join(unknown)}; there are {', '.join(questions.lessons())}")
