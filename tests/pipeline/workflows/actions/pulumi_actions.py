"""Records the version that is installed; the test's `pulumi` is on the PATH already."""

from tests.pipeline.workflows.actions.stand_in import fail, inputs, record


def main() -> None:
    given = inputs()
    if given["command"]:
        fail(f"the stand-in installs the CLI only; the step also runs pulumi {given['command']}")
    record("pulumi-version", version=given["pulumi-version"])


main()
