"""What a mutant is: one small change to the text of one file that makes the platform worse."""

from dataclasses import dataclass


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
    """File names in tests/unit."""
    mutants: tuple[Mutant, ...]
