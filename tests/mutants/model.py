"""What a mutant is: one small change to one room of the program that would harm its users."""

from dataclasses import dataclass
from pathlib import Path

from tests.mutants.edits import Edit, edited

UNIT_TESTS, SYSTEM_TESTS = "tests/unit", "tests/systems"
MAIN = "__main__"
"""The room above the others, a single file."""


@dataclass(frozen=True)
class Mutant:
    """One way to break the platform."""

    room: str
    """A folder or a module of components/, or `MAIN`."""
    harm: str
    """What goes wrong for the user, as a sentence."""
    edit: Edit
    systems: bool = False
    """Whether only the tests of whole systems notice it."""

    def applied(self, project: Path) -> tuple[Path, str]:
        """The file to change and its new text. ValueError unless the room has exactly one place for the edit."""
        texts = {str(file): file.read_text(encoding="utf-8") for file in self._files(project)}
        try:
            name, text = edited(self.edit, texts)
        except ValueError as reason:
            raise ValueError(f"{self.room}: {self.harm}: {reason}") from None
        return Path(name), text

    def tests(self, project: Path) -> tuple[str, ...]:
        """Folders or files of tests, to be run one after the other until one fails."""
        if self.systems:
            return (SYSTEM_TESTS,)
        own = Path(UNIT_TESTS, "stack" if self.room == MAIN else self.room)
        if not (project / own).is_dir():
            own = own.with_name(f"test_{self.room}.py")
        elif not list((project / own).rglob("test_*.py")):
            return (UNIT_TESTS,)
        return (str(own), UNIT_TESTS)

    def _files(self, project: Path) -> list[Path]:
        if self.room == MAIN:
            return [project / f"{MAIN}.py"]
        room = project / "components" / self.room
        return sorted(room.rglob("*.py")) or [room.with_suffix(".py")]
