"""Copies artifacts from `STAND_IN_ARTIFACTS`. A single one has no folder of its own, whatever its pattern."""

import fnmatch
import os
import shutil
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, output


def main() -> None:
    given = inputs()
    artifacts = sorted(Path(os.environ["STAND_IN_ARTIFACTS"]).iterdir())
    if given["name"]:
        artifacts = [artifact for artifact in artifacts if artifact.name == given["name"]]
        if not artifacts:
            fail(f"Unable to download artifact(s): Artifact '{given['name']}' not found")
    elif given["pattern"]:
        artifacts = [artifact for artifact in artifacts if fnmatch.fnmatchcase(artifact.name, given["pattern"])]
    together = given["name"] or given["merge-multiple"] == "true" or len(artifacts) == 1
    folder = Path(given["path"] or ".").resolve()
    for artifact in artifacts:
        shutil.copytree(artifact, folder if together else folder / artifact.name, dirs_exist_ok=True)
    print(f"Total of {len(artifacts)} artifact(s) downloaded")
    output("download-path", str(folder))


main()
