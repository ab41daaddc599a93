"""Gives `STAND_IN_APP_TOKEN`, the token of a GitHub App, for its client id and its key."""

import os

from tests.pipeline.workflows.actions.stand_in import fail, inputs, output, record


def main() -> None:
    given = inputs()
    if not given["client-id"]:
        fail("The 'client-id' (or deprecated 'app-id') input must be set to a non-empty string.")
    if not given["private-key"]:
        fail("Input required and not supplied: private-key")
    permissions = {name: value for name, value in given.items() if "permission-" in name and value}
    record("app-token", app=given["client-id"], permissions=permissions)
    output("token", os.environ["STAND_IN_APP_TOKEN"])
    output("app-slug", os.environ["STAND_IN_APP_SLUG"])


main()
