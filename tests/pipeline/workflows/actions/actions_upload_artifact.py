"""Copies files to `STAND_IN_ARTIFACTS`, a folder, under the artifact's name."""

import os
import shutil
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, lines


def main() -> None:
    given = inputs()
    found = [path for pattern in lines(given["path"]) for path in Path().glob(pattern) if not path.name.startswith(".")]
    files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    if not files:
        words = f"No files were found with the provided path: {given['path']}. No artifacts will be uploaded."
        if given["if-no-files-found"] == "error":
            fail(words)
        print(words)
        return
    target = Path(os.environ["STAND_IN_ARTIFACTS"], given["name"])
    if target.exists() and given["overwrite"] != "true":
        fail(f"Failed to CreateArtifact: an artifact with the name {given['name']} already exists on the workflow run")
    shutil.rmtree(target, ignore_errors=True)
    parents = os.path.commonpath([file.resolve().parent for file in files])
    for file in files:
        place = target / file.resolve().relative_to(parents)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)


main()
