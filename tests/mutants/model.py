"""What a mutant is: one small change to the text of one file that makes the platform worse."""

from dataclasses import dataclass

UNIT_TESTS = "tests/unit"


@dataclass(frozen=True)
class Mutant:
    """One break. `old` occurs once in `file`; tests/tooling/test_mutants.py sees to it, so that none rots unseen."""

    name: str
    """What is broken, as a sentence."""
    file: str
    """Path from the project's root."""
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file's text with the break; ValueError when `old` does not occur exactly once or nothing would change."""
        found = text.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: {self.file} has this {found} times instead of once: {self.old!r}")
        if self.old == self.new:
            raise ValueError(f"{self.name}: the mutant changes nothing")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Area:
    """Mutants of one concern and the tests that are asked first; all of tests/unit are asked when these stay green."""

    name: str
    tests: tuple[str, ...]
    """File names in tests/unit, or paths in tests."""

    @property
    def files(self) -> list[str]:
        """The tests' paths in the project."""
        return [f"tests/{name}" if "/" in name else f"{UNIT_TESTS}/{name}" for name in self.tests]

    mutants: tuple[Mutant, ...]
