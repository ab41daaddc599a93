"""Gives `STAND_IN_APP_TOKEN`, the token of a GitHub App, for its id and its key."""

import os

from tests.pipeline.workflows.actions.stand_in import fail, inputs, output, record


def main() -> None:
    given = inputs()
    if not (given["client-id"] or given["app-id"]):
        fail("The 'client-id' (or deprecated 'app-id') input must be set to a non-empty string.")
    if not given["private-key"]:
        fail("Input required and not supplied: private-key")
    record("app-token", permissions={name: value for name, value in given.items() if "permission-" in name and value})
    output("token", os.environ["STAND_IN_APP_TOKEN"])
    output("app-slug", os.environ["STAND_IN_APP_SLUG"])


main()
