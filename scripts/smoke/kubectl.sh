# shellcheck shell=bash
# Asks the API server. kubectl's templates give records, so that no other program has to read JSON.
#
# A record is a line, its fields stand between unit separators; free text is quoted by Go's %q and so stays on its line.
# Wants $work (a directory of our own) and $context.

readonly US=$'\x1f'
readonly REQUEST_TIMEOUT=10
limit=()
# A Mac has no `timeout`; there a service that hangs holds up the script until the API server gives up on it.
if command -v timeout >/dev/null; then limit=(timeout "$REQUEST_TIMEOUT"); fi

# Records: destination NAMESPACE; wanted SERVICES; sync STATUS REVISIONS RECONCILED_AT HEALTH; operation PHASE REVISIONS FINISHED_AT
# RETRIES MESSAGE; condition TYPE MESSAGE; refused KIND NAME MESSAGE; resource KIND NAMESPACE NAME STATUS.
readonly APPLICATION_RECORDS="destination$US{{with .spec.destination.namespace}}{{.}}{{end}}
{{with .metadata.annotations}}wanted$US{{with index . \"platform/services\"}}{{printf \"%q\" .}}{{end}}
{{end}}{{with .status}}sync$US{{with .sync}}{{with .status}}{{.}}{{end}}$US{{with .revision}}{{.}}{{end}}{{range .revisions}} {{.}}{{end}}{{else}}$US{{end}}$US\
{{with .reconciledAt}}{{.}}{{end}}$US{{with .health}}{{with .status}}{{.}}{{end}}{{end}}
{{with .operationState}}operation$US{{.phase}}$US{{if .syncResult}}{{with .syncResult}}{{with .revision}}{{.}}{{end}}{{range .revisions}} {{.}}{{end}}{{end}}\
{{else}}{{with .operation}}{{with .sync}}{{with .revision}}{{.}}{{end}}{{range .revisions}} {{.}}{{end}}{{end}}{{end}}{{end}}$US\
{{with .finishedAt}}{{.}}{{end}}$US{{with .retryCount}}{{.}}{{end}}$US{{with .message}}{{printf \"%q\" .}}{{end}}
{{with .syncResult}}{{range .resources}}{{if or (eq (print .status) \"SyncFailed\") (eq (print .hookPhase) \"Failed\") (eq (print .hookPhase) \"Error\")}}\
refused$US{{.kind}}$US{{.name}}$US{{with .message}}{{printf \"%q\" .}}{{end}}
{{end}}{{end}}{{end}}{{end}}{{range .conditions}}condition$US{{.type}}$US{{with .message}}{{printf \"%q\" .}}{{end}}
{{end}}{{range .resources}}resource$US{{.kind}}$US{{with .namespace}}{{.}}{{end}}$US{{.name}}$US{{with .status}}{{.}}{{end}}
{{end}}{{end}}"

# state CONTAINER WAITING_REASON WAITING_MESSAGE TERMINATED_REASON EXIT_CODE RESTARTS LAST_REASON LAST_EXIT_CODE
readonly STATE_RECORDS="{{if not .ready}}state$US{{.name}}$US{{with .state}}{{with .waiting}}{{with .reason}}{{.}}{{end}}$US\
{{with .message}}{{printf \"%q\" .}}{{end}}{{else}}$US{{end}}$US{{with .terminated}}{{with .reason}}{{.}}{{end}}$US{{.exitCode}}{{else}}$US{{end}}\
{{else}}$US$US$US{{end}}$US{{.restartCount}}$US{{with .lastState}}{{with .terminated}}{{with .reason}}{{.}}{{end}}$US{{.exitCode}}{{end}}{{end}}
{{end}}"

# Records of each pod: pod NAME APP TEMPLATE_HASH DELETING PHASE OWNER READY; role ROLE; scrape YES PATH; probe KIND PATH;
# image IMAGE; unscheduled MESSAGE; state (above); end.
readonly POD_RECORDS="{{range .items}}pod$US{{.metadata.name}}$US\
{{with .metadata.labels}}{{or (index . \"app.kubernetes.io/name\") (index . \"app\") \"\"}}$US\
{{or (index . \"pod-template-hash\") (index . \"controller-revision-hash\") \"\"}}{{else}}$US{{end}}$US\
{{with .metadata.deletionTimestamp}}deleting{{end}}$US{{with .status.phase}}{{.}}{{end}}$US{{range .metadata.ownerReferences}}{{.kind}}{{end}}$US\
{{range .status.conditions}}{{if eq .type \"Ready\"}}{{.status}}{{end}}{{end}}
{{with .metadata.labels}}role$US{{or (index . \"role\") (index . \"redis-role\") (index . \"app.kubernetes.io/component\") \"\"}}
{{end}}{{with .metadata.annotations}}scrape$US{{with index . \"prometheus.io/scrape\"}}{{.}}{{end}}$US{{with index . \"prometheus.io/path\"}}{{.}}{{end}}
{{end}}{{range .spec.containers}}image$US{{.image}}
{{with .livenessProbe}}{{with .httpGet}}probe${US}live$US{{.path}}
{{end}}{{end}}{{with .readinessProbe}}{{with .httpGet}}probe${US}ready$US{{.path}}
{{end}}{{end}}{{end}}{{range .status.conditions}}{{if eq .type \"PodScheduled\"}}{{if eq .status \"False\"}}\
unscheduled$US{{with .message}}{{printf \"%q\" .}}{{end}}
{{end}}{{end}}{{end}}{{range .status.initContainerStatuses}}$STATE_RECORDS{{end}}{{range .status.containerStatuses}}$STATE_RECORDS{{end}}end
{{end}}"

# unquoted TEXT: into $REPLY, what Go's %q wrote, with spaces for line breaks.
unquoted() {
    local backslash=$'\\'
    REPLY="${1#\"}"
    REPLY="${REPLY%\"}"
    REPLY="${REPLY//"${backslash}n"/ }"
    REPLY="${REPLY//"${backslash}t"/ }"
    REPLY="${REPLY//"$backslash"\"/\"}"
    REPLY="${REPLY//"$backslash$backslash"/"$backslash"}"
}

# ask OUT ARGUMENT...: kubectl's answer into the file OUT. On failure its last words are in $complaint, and $refusal is
# Forbidden, NotFound, Unauthorized, Misconfigured or Unreachable; the whole of what it said is in $work/said.
ask() {
    local out="$1"
    shift
    complaint="" refusal=""
    # Not by --request-timeout: kubectl would hand it on to the service, as a query.
    if "${limit[@]}" kubectl ${context:+--context="$context"} "$@" >"$out" 2>"$work/said"; then return 0; fi
    complaint="$(tail -n 1 "$work/said")"
    complaint="${complaint:-nothing was said}"
    case "$complaint" in
        *"is forbidden: User"*) refusal=Forbidden ;;
        *"(NotFound)"* | *"have a resource type"*) refusal=NotFound ;;
        *"(Unauthorized)"* | *"must be logged in"*) refusal=Unauthorized ;;
        *) if misconfigured; then refusal=Misconfigured; else refusal=Unreachable; fi ;;
    esac
    return 1
}

# misconfigured: whether kubectl stumbled over its own configuration, which no wait mends; into $complaint, its words.
# It calls localhost:8080 where its configuration names no server.
misconfigured() {
    local words
    words="$(grep -m 1 -oE -e 'error: context ".*' -e 'Error in configuration: [^ ].*' -e 'error loading config file.*' \
        -e 'unable to read (client|certificate)-.*' -e 'The connection to the server localhost:8080 was refused' -e 'x509: .*' \
        -e 'exec: executable .* not found' -e 'unsupported protocol scheme.*' -e 'illegal base64 data.*' "$work/said")" || return 1
    complaint="${words#error: }"
}

# missing_right: into $REPLY, which right $complaint is about, in the API server's words.
missing_right() {
    REPLY="this identity may not ${complaint#*" cannot "}. The Role smoke-test gives it to the group platform:smoke-testers."
}
