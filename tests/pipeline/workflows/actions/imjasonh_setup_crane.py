"""Puts crane on the PATH; the step must name the version that `tools/crane` builds."""

import os

from tests.pipeline.workflows.actions.stand_in import ROOT, fail, inputs, install


def main() -> None:
    version = inputs()["version"]
    if f"go-containerregistry {version} " not in (ROOT / "tools/crane/go.mod").read_text(encoding="utf-8"):
        fail(f"tools/crane/go.mod does not have crane {version}: raise both together")
    install("crane", f'#!/bin/sh\nexec {os.environ["STAND_IN_CRANE"]} "$@"\n')


main()
