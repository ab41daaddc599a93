"""`python -m tests.cluster [PYTEST ARGUMENTS]`: run the cluster tests in namespaces that leave nothing behind.

If the arguments name no file, the folders run some at a time, each with its own cluster: the tests often wait.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.cluster.launcher import launch, refusal, say
from tests.cluster.stand.binaries import ROOT, missing


def main(arguments: Sequence[str]) -> int:
    """Run pytest with the arguments in the namespaces; its status, or 2 if a program is missing."""
    problems = missing() or refusal()
    for problem in problems:
        say(problem)
    if problems:
        return 2
    named = [argument for argument in arguments if (ROOT / argument.split("::")[0]).exists()]
    return launch([arguments] if named else [[*arguments, *files] for files in _folders()])


def _folders() -> list[list[str]]:
    """The test files of each folder."""
    files = sorted(Path(__file__).parent.rglob("test_*.py"))
    folders = {file.parent for file in files}
    return [[str(file.relative_to(ROOT)) for file in files if file.parent == folder] for folder in sorted(folders)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
