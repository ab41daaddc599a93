#!/bin/sh
# The smoke test of Nova's staging environment. Takes the options of scripts/smoke.py; `--help` lists them.
exec "$(dirname "$0")/smoke.py" --application nova-staging "$@"
