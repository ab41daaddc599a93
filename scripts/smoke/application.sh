# shellcheck shell=bash
# Whether Argo CD has brought the wanted commit into the cluster, and how it finds what it made.
#
# `status` is what Argo CD wrote last, which may be from before the commit, or from before the sync: it counts only where
# it names the revision and was reckoned after the sync ended. Wants $application, $argocd_namespace, $wanted_revision.

services=() workloads=() kafka_topics=() behind=() catalogue=()
declare -A wanted_health wanted_metrics
sync_reason="" sync_message="" sync_final=false revision=""

# commits_match WANTED SEEN...: whether a commit of SEEN is WANTED, which may be shortened.
commits_match() {
    local wanted="$1" seen
    shift
    for seen in "$@"; do
        if [[ "$seen" == "$wanted"* ]]; then return 0; fi
    done
    return 1
}

# read_application: its status into app_*, what it made into $services, $workloads, $kafka_topics. 1 when it was not read.
read_application() {
    local kind a b c d e
    services=() workloads=() kafka_topics=() behind=() catalogue=() wanted_health=() wanted_metrics=()
    app_sync="" app_revisions="" app_reconciled="" app_health="" app_problem="" app_refused="" app_destination=""
    operation="" operation_revisions="" operation_end="" operation_retries="" operation_message=""
    ask "$work/application" get applications.argoproj.io "$application" --namespace="$argocd_namespace" \
        --output="go-template=$APPLICATION_RECORDS" || return 1
    while IFS="$US" read -r kind a b c d e; do
        case "$kind" in
            destination) app_destination="$a" ;;
            wanted) unquoted "$a" && take_catalogue "$REPLY" ;;
            sync) app_sync="$a" app_revisions="${b# }" app_reconciled="$c" app_health="$d" ;;
            operation)
                operation="$a" operation_revisions="${b# }" operation_end="$c" operation_retries="$d"
                unquoted "$e" && operation_message="$REPLY"
                ;;
            condition)
                unquoted "$b"
                if [[ "$a" == *Error ]]; then app_problem="${app_problem:-$a: $REPLY}"; fi
                ;;
            refused) unquoted "$c" && app_refused="${app_refused:-$a $b: $REPLY}" ;;
            resource)
                if [[ "$d" == OutOfSync ]]; then behind+=("$a/$c"); fi
                if [[ "$b" == "${namespace:-$app_destination}" ]]; then take_resource "$a" "$c"; fi
                ;;
        esac
    done <"$work/application"
}

# take_catalogue TEXT: the services that the platform says must be there, `NAME HEALTH_PATH METRICS_PATH, NAME …`.
take_catalogue() {
    local entry name health metrics
    local -a entries
    IFS=, read -ra entries <<<"$1"
    for entry in "${entries[@]}"; do
        read -r name health metrics <<<"$entry" || true
        if [[ -z "$name" ]]; then continue; fi
        catalogue+=("$name")
        wanted_health[$name]="$health" wanted_metrics[$name]="$metrics"
    done
}

# take_resource KIND NAME: remembers what the later checks ask.
take_resource() {
    case "$1" in
        Service) services+=("$2") ;;
        Deployment | StatefulSet | DaemonSet | Rollout) workloads+=("$2") ;;
        KafkaTopic) kafka_topics+=("$2") ;;
    esac
}

# not_yet REASON MESSAGE [final]: why the Application is not where it should be.
not_yet() {
    sync_reason="$1" sync_message="$2" sync_final=false
    if [[ "${3:-}" == final ]]; then sync_final=true; fi
}

# judge_application: empties $sync_reason when the wanted commit is in and everything of it is Healthy.
judge_application() {
    local -a seen synced
    read -ra seen <<<"$app_revisions"
    read -ra synced <<<"$operation_revisions"
    revision="${wanted_revision:-${seen[0]:-}}"
    sync_reason="" sync_message="" sync_final=false
    if [[ "$operation" == Failed || "$operation" == Error ]] && commits_match "$revision" "${synced[@]}"; then
        not_yet SyncRefused "Argo CD could not sync $revision: $operation_message${app_refused:+ ($app_refused)}" final
    elif [[ -n "$app_problem" ]]; then
        not_yet SyncRefused "Argo CD says $app_problem"
    elif [[ -z "$revision" ]] || ! commits_match "$revision" "${seen[@]}"; then
        not_yet OtherRevision "Argo CD is at ${app_revisions:-no revision at all}, not at ${revision:-any commit}"
    elif [[ "$operation" == Running && -n "$app_refused" ]] && commits_match "$revision" "${synced[@]}"; then
        not_yet SyncRefused "Argo CD is refused and tries again${operation_retries:+ (retry $operation_retries)}: $app_refused"
    elif [[ "$operation" == Running || "$operation" == Terminating ]]; then
        not_yet Syncing "the sync of ${operation_revisions:-a commit} is running: $operation_message"
    elif [[ "$app_sync" != Synced ]]; then
        not_yet OutOfSync "${app_sync:-without a status} at $revision: ${behind[*]:0:5}"
    # Both are UTC to the second and in one format, so their order is that of their text.
    elif [[ "$app_reconciled" < "$operation_end" ]]; then
        not_yet StaleStatus "its status is of $app_reconciled, the sync ended at $operation_end"
    elif [[ "$app_health" != Healthy ]]; then
        not_yet "${app_health:-NoHealth}" "Synced at $revision, but ${app_health:-without a health}"
    fi
}

# report_application: the line about the sync.
report_application() {
    local look="kubectl --namespace=$argocd_namespace get applications.argoproj.io $application --output=yaml"
    case "$sync_reason" in
        "") report ok sync "$application" Synced "Synced and Healthy at $revision" ;;
        Progressing)
            look="kubectl --namespace=$namespace get events --field-selector=type=Warning"
            report failed sync "$application" Progressing \
                "$sync_message after $timeout s; where every pod is ready, a quota may keep the others out" "$look"
            ;;
        Degraded | Missing | Suspended) report failed sync "$application" "$sync_reason" "$sync_message" \
            "kubectl --namespace=$namespace get pods, and events" ;;
        *) report failed sync "$application" "$sync_reason" "$sync_message" "$look" ;;
    esac
}
