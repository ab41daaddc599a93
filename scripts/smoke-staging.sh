#!/usr/bin/env bash
# Nova's staging: scripts/smoke.sh with the Application's name. Takes the same options; `--help` lists them.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/smoke.sh" --application nova-staging "$@"
