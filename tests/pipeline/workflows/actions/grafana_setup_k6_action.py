"""Installs a `k6` that sends nothing."""

from tests.pipeline.workflows.actions.stand_in import install
from tests.pipeline.workflows.programs.wrapper import wrapper

install("k6", wrapper("recorder", "k6"))
