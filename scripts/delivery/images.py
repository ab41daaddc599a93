"""The images of an environment: what is built from which folder, under which tag, and what an overlay runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from scripts.delivery.actions import StepError
from scripts.delivery.command import CommandError, run, succeeds

REPOSITORY = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""Source: OCI distribution specification, "Pulling manifests"."""

RENDERED = re.compile(r"^\s*(?:- )?image:\s*[\"']?([^\s\"']+)", re.MULTILINE)


class Image(NamedTuple):
    """An image that a pipeline builds."""

    image: str
    """Repository in the registry, which is also the image's name in the overlay: `nova/auth-service`."""
    directory: str
    """Folder with its Dockerfile: `backend/auth-service`."""
    context: str
    """Folder that the Dockerfile may copy from, the same one unless the line has a third word."""

    @property
    def slug(self) -> str:
        """For names of artifacts and cache scopes, which take no slash."""
        return self.image.replace("/", "-")


class Reference(NamedTuple):
    """Where an image is: `<registry>/<repository>:<tag>@<digest>`."""

    repository: str
    """With its registry: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/auth`."""
    tag: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        name, _, digest = text.partition("@")
        repository, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:  # the colon is of the registry's port
            return cls(name, "", digest)
        return cls(repository, tag, digest)

    def names(self, image: str) -> bool:
        """Whether this is an image of that repository, in any registry."""
        return self.repository.endswith(f"/{image}")

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


class BuiltImage(NamedTuple):
    """An image in the registry, as its build's job describes it in `image.json`."""

    image: str
    reference: str
    """`<registry>/<repository>:<tag>`."""
    digest: str
    """`sha256:…`."""
    built: bool
    """False if the registry had it already."""
    seconds: int
    findings: dict[str, int] | None
    """Number of vulnerabilities by severity in lower case; None if nothing scanned it."""

    def in_overlay(self, moves: bool) -> Reference:
        """The reference that the overlay gets: moving a tag changes nothing in Git, so the digest is written too."""
        found = Reference.parse(self.reference)
        return found._replace(digest=self.digest) if moves else found


def parse(lines: str) -> list[Image]:
    """Read lines `REPOSITORY DIRECTORY [CONTEXT]`; StepError for another form and for a repository named twice."""
    images: list[Image] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        repository, *folders = line.split()
        if len(folders) not in {1, 2}:
            raise StepError(f"images: {line!r} is not `REPOSITORY DIRECTORY`. Write e.g. shop/auth backend/auth.")
        if not REPOSITORY.fullmatch(repository):
            raise StepError(f"images: {repository!r} is not the name of a repository. Write e.g. shop/auth.")
        if repository in (image.image for image in images):
            raise StepError(f"images: {repository} appears twice. Remove one of the lines.")
        alike = next((image.image for image in images if image.slug == repository.replace("/", "-")), None)
        if alike is not None:
            raise StepError(f"images: {alike} and {repository} differ only in / and -. Rename one of the repositories.")
        for folder in map(Path, folders):
            if folder.is_absolute() or ".." in folder.parts or not folder.is_dir():
                raise StepError(f"images: this repository has no folder {str(folder)!r}. Correct the line {line!r}.")
        images.append(Image(repository, str(Path(folders[0])), str(Path(folders[-1]))))
    if not images:
        raise StepError("images: is empty. Write a line `REPOSITORY DIRECTORY` for each image.")
    return images


def read(folder: Path) -> list[BuiltImage]:
    """Read every `image.json` below a folder, in the order of the images' names."""
    found = [BuiltImage(**json.loads(path.read_text(encoding="utf-8"))) for path in folder.rglob("image.json")]
    return sorted(found)


def running(overlay: Path, repository: Path | None = None) -> list[Reference]:
    """Return what the pods of the rendered overlay run; StepError with kustomize's own words if it does not build."""
    try:
        manifests = run("kubectl", "kustomize", str(overlay), cwd=repository)
    except CommandError as error:
        raise StepError(f"{overlay} does not build: {error.output}") from error
    return [Reference.parse(text) for text in dict.fromkeys(RENDERED.findall(manifests))]


def commit_of(tag: str, repository: Path) -> str:
    """Return the commit that a tag by rule was built from, empty for any other tag or an unknown commit."""
    short = re.fullmatch(r"([0-9a-f]{7,40})(-[0-9]{8}-[0-9]{6})?", tag)
    candidate = short.group(1) if short else f"refs/tags/{tag}"
    try:
        return run("git", "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}", cwd=repository).strip()
    except CommandError:
        return ""


def is_ancestor(older: str, newer: str, repository: Path) -> bool:
    """Whether a commit is contained in another one."""
    return succeeds("git", "merge-base", "--is-ancestor", older, newer, cwd=repository)
