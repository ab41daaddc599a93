"""What setup-python and setup-go refuse: a version file, or a pattern of files for the cache's key, that is missing."""

import json
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, lines, output


def set_up(language: str) -> None:
    given = inputs()
    version, file = given[f"{language}-version"], given[f"{language}-version-file"]
    if file and not Path(file).is_file():
        fail(f"The specified {language} version file at: {file} does not exist")
    if not version and not file:
        fail(f"{json.dumps(f'{language}-version')} input was not supplied")
    for pattern in lines(given["cache-dependency-path"]):
        if not any(Path().glob(pattern)):
            fail(f"Some specified paths were not resolved, unable to cache dependencies: {pattern}")
    output(f"{language}-version", version)
