"""Installs nothing: the test chooses the programs."""

from tests.pipeline.workflows.actions.toolchain import set_up

set_up("python")
