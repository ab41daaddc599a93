"""The tests of the sandbox and the tools run without an engine; an Output inside an f-string is an error here too."""

import os

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
