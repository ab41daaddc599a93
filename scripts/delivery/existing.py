"""Asks the registry for an image, so that one that exists already is not built again."""

from __future__ import annotations

from scripts.delivery import actions
from scripts.delivery.actions import StepError, flag, require
from scripts.delivery.command import CommandError, run

NO_MANIFEST, NO_REPOSITORY = "MANIFEST_UNKNOWN", "NAME_UNKNOWN"
"""Source: OCI distribution specification, "Error codes"."""


def digest(reference: str) -> str:
    """Return the digest of an image, empty if its tag does not exist; StepError if the registry refuses."""
    try:
        return run("crane", "digest", reference).strip()
    except CommandError as error:
        if NO_MANIFEST in error.output:
            return ""
        if NO_REPOSITORY in error.output:
            raise StepError(
                f"The registry has no repository for {reference}. Add the service to the catalogue in Pulumi.yaml and "
                "run `pulumi up` first; the name in `images` is the repository's."
            ) from error
        raise StepError(f"The registry refuses {reference}: {error.output}") from error


def main() -> None:
    reference = require("REFERENCE")
    found = "" if flag("MOVES") else digest(reference)
    actions.output("digest", found)
    print(f"{reference}: {f'exists as {found}' if found else 'is built'}")


if __name__ == "__main__":
    actions.run(main)
