"""Installs a `cosign` that signs nothing."""

from tests.pipeline.workflows.actions.stand_in import install
from tests.pipeline.workflows.programs.wrapper import wrapper

install("cosign", wrapper("recorder", "cosign"))
