# shellcheck shell=bash
# Whether a text is what Prometheus reads: its text format, where a line is a sample, a comment or empty.
#
# One line that is none of these makes Prometheus drop the whole scrape, so it fails here too. What OpenMetrics has
# beyond that (exemplars, fractions of a second) is not accepted: kubectl asks for no such format.
# Source: Prometheus, "Exposition formats", "Text format details".

readonly NUMBER='[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[Ii][Nn][Ff]([Ii][Nn][Ii][Tt][Yy])?|[Nn][Aa][Nn]'
readonly LABEL='[a-zA-Z_][a-zA-Z0-9_]*[[:blank:]]*=[[:blank:]]*"([^"\]|\\.)*"[[:blank:]]*'
readonly LABELS="\\{[[:blank:]]*($LABEL(,[[:blank:]]*$LABEL)*(,[[:blank:]]*)?)?\\}"
readonly AFTER_NAME="([[:blank:]]*${LABELS}[[:blank:]]*|[[:blank:]]+)"
readonly SAMPLE="[[:blank:]]*[a-zA-Z_:][a-zA-Z0-9_:]*${AFTER_NAME}($NUMBER)([[:blank:]]+-?[0-9]+)?[[:blank:]]*"
readonly SILENT='[[:blank:]]*(#.*)?'

# judge_metrics SERVICE PATH LOOK: the line about the answer in $work/body.
judge_metrics() {
    local samples line
    samples="$(LC_ALL=C grep -acxE "$SAMPLE" "$work/body" || true)"
    line="$(LC_ALL=C grep -avxE -m 1 "$SAMPLE|$SILENT" "$work/body" | tr '\000' '?' || true)"
    if [[ -n "$line" ]]; then
        report failed metrics "$1" NoMetrics "$2 answers 200, but a line of it is no sample: ${line:0:160}" "$3"
    elif ((samples == 0)); then
        line="$(head -n 1 "$work/body" | tr '\000' '?')"
        line="${line:-an empty body}"
        report failed metrics "$1" NoMetrics "$2 answers 200 without a single sample: ${line:0:160}" "$3"
    else
        report ok metrics "$1" Answers "$2 answers 200 with $samples samples"
    fi
}
