"""Gives proven images the release's tag, by digest, and describes each in `image.json` as a build does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from scripts.delivery import actions
from scripts.delivery.actions import StepError, require
from scripts.delivery.command import run
from scripts.delivery.existing import digest
from scripts.delivery.images import BuiltImage, Reference


def retag(image: str, source: Reference, tag: str) -> BuiltImage:
    """Return the image under its new tag; StepError if that tag is another image's."""
    proven = source.digest or digest(str(source))
    if not proven:
        raise StepError(f"The registry has no {source}, although it runs. Build it again.")
    target = source._replace(tag=tag, digest="")
    present = digest(str(target))
    if present and present != proven:
        raise StepError(f"{target} exists already and is another image ({present}). Choose another release tag.")
    if not present:
        run("crane", "tag", f"{source.repository}@{proven}", tag)
    return BuiltImage(image, str(target), proven, built=False, seconds=0, findings=None)


def main() -> None:
    sources, tag, folder = json.loads(require("IMAGES")), require("TAG"), Path(require("IMAGES_FOLDER"))
    for image, source in cast("dict[str, str]", sources).items():
        tagged = retag(image, Reference.parse(source), tag)
        record = folder / image / "image.json"
        record.parent.mkdir(parents=True)
        record.write_text(json.dumps(tagged._asdict()), encoding="utf-8")
        actions.summarise(f"`{source}` is `{tagged.reference}`")


if __name__ == "__main__":
    actions.run(main)
