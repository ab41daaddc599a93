"""A program that records its arguments under its name and does nothing."""

import sys

from tests.pipeline.workflows.actions.stand_in import record

record(sys.argv[1], arguments=sys.argv[2:])
