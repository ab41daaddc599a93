"""Tests of the sandbox and the tools, without an engine. An Output in an f-string is an error, as elsewhere."""

import os

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
