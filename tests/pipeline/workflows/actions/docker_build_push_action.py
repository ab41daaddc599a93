"""Builds an image whose only layer is the context, and pushes it with crane under all its tags.

A Dockerfile with a line `RUN exit 1` does not build. What the real action does besides (the cache, SBOM and provenance)
is recorded.
"""

import os
import subprocess
import tarfile
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import fail, inputs, lines, output, record


def main() -> None:
    given, temp = inputs(), Path(os.environ["RUNNER_TEMP"])
    own_builder = (temp / "buildx").exists()
    for feature in ("cache-to", "provenance", "sbom"):
        if given[feature] not in {"", "false"} and not own_builder:
            fail(f"{feature} is not supported for the docker driver. Switch to a different driver.")
    context, file = Path(given["context"] or "."), given["file"] or f"{given['context']}/Dockerfile"
    if not Path(file).is_file():
        fail(f"buildx failed with: ERROR: failed to read dockerfile: open {file}: no such file or directory")
    if "RUN exit 1" in Path(file).read_text(encoding="utf-8").splitlines():
        fail('buildx failed with: ERROR: process "/bin/sh -c exit 1" did not complete successfully: exit code: 1')
    if given["push"] != "true":
        fail("the stand-in only builds images that are pushed")
    layer = temp / "layer.tar"
    with tarfile.open(layer, "w") as tar:
        tar.add(context, arcname="/", filter=lambda member: None if "/.git" in member.name else member)
    for tag in (tags := lines(given["tags"].replace(",", "\n"))):
        crane = [os.environ["STAND_IN_CRANE"], "append", "--new_layer", str(layer), "--new_tag", tag]
        done = subprocess.run(crane, capture_output=True, text=True, check=False)
        if done.returncode:
            fail(f"buildx failed with: ERROR: failed to push {tag}: {done.stderr.strip().splitlines()[-1]}")
        output("digest", done.stdout.strip().rpartition("@")[2])
    record("build", tags=tags, **{name.replace("-", "_"): given[name] for name in (
        "context", "file", "platforms", "cache-from", "cache-to", "provenance", "sbom",
    )})  # fmt: skip


main()
