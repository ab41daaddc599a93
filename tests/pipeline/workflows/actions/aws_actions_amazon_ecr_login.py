"""Gives the address of the test's registry, `STAND_IN_REGISTRY`; needs the credentials of a role."""

import os

from tests.pipeline.workflows.actions.stand_in import fail, output


def main() -> None:
    if not os.environ.get("AWS_ACCESS_KEY_ID") or not os.environ.get("AWS_REGION"):
        fail("Could not load credentials from any providers")
    output("registry", os.environ["STAND_IN_REGISTRY"])


main()
