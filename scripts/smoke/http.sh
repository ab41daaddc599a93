# shellcheck shell=bash
# Asks the services over HTTP, through the API server's proxy: no pod is made, so the quota does not matter.
#
# Paths come from the pods: the probes' for /health, prometheus.io/path for /metrics. Wants $namespace, $service_list.

readonly TRIES=3
readonly PORT_NAME=http

# first_line_of_body: into $REPLY, the beginning of what the service answered, as kubectl logged it.
first_line_of_body() {
    local line text=""
    while IFS= read -r line; do
        case "$line" in
            *'"Response Body" body=<') IFS=$'\t' read -r text || true ;;
            *'"Response Body" body="'*) unquoted "${line#*body=}" && text="$REPLY" ;;
            *"Response Body: "*) text="${line#*Response Body: }" ;;
            *) continue ;;
        esac
        break
    done <"$work/said"
    REPLY="${text:0:160}"
}

# judge_answer: from what kubectl said, $http_reason and $http_message.
judge_answer() {
    local code
    code="$(sed -n 's/^ *"code": \([0-9]*\).*/\1/p' "$work/said" | tail -n 1)"
    case "$complaint" in
        *"is forbidden: User"*) missing_right && http_reason=Forbidden http_message="$REPLY" ;;
        *"no endpoints available"*)
            http_reason=NoEndpoints http_message="no ready pod stands behind the Service: its selector matches none" ;;
        *"error trying to reach service"*)
            http_reason=Unreachable http_message="nothing answers at the pod: ${complaint#*reach service: }" ;;
        *"no service port"* | *'services "'*) http_reason=NoService http_message="${complaint#*): }" ;;
        *)
            if [[ -z "$code" ]]; then
                http_reason=NoAnswer http_message="no answer within $REQUEST_TIMEOUT s: $complaint"
            else
                first_line_of_body
                http_reason=HttpStatus http_message="HTTP $code, and says: ${REPLY:-nothing}"
            fi
            ;;
    esac
}

# fetch SERVICE PATH: the body into $work/body, or $http_reason and $http_message.
# What a service says counts at once; what says that nobody is there may be a moment behind the pods.
fetch() {
    local try
    for ((try = 1; ; try++)); do
        http_reason="" http_message=""
        if ask "$work/body" get --raw "/api/v1/namespaces/$namespace/services/$1:$PORT_NAME/proxy$2" -v=8; then return 0; fi
        judge_answer
        case "$http_reason" in
            NoEndpoints | Unreachable | NoAnswer) ((try < TRIES)) || return 1 ;;
            *) return 1 ;;
        esac
        sleep "$interval"
    done
}

# check_path CHECK SERVICE PATH: one request and its line.
check_path() {
    local check="$1" service="$2" path="$3" samples first
    local look="kubectl --namespace=$namespace logs --selector=app.kubernetes.io/name=$service --tail=50"
    if ! fetch "$service" "$path"; then
        case "$http_reason" in
            NoEndpoints | NoService) look="kubectl --namespace=$namespace describe service $service" ;;
            Forbidden) look="kubectl --namespace=$namespace get rolebinding,role smoke-test --output=yaml" ;;
        esac
        report failed "$check" "$service" "$http_reason" "$path: $http_message" "$look"
        return
    fi
    if [[ "$check" == health ]]; then
        report ok health "$service" Answers "$path answers 200"
        return
    fi
    samples="$(LC_ALL=C grep -acE '^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? +[-+0-9NI]' "$work/body" || true)"
    if ((samples > 0)); then
        report ok metrics "$service" Answers "$path answers 200 with $samples samples"
    else
        first="$(head -c 160 "$work/body" | tr -d '\000' | head -n 1)"
        report failed metrics "$service" NoMetrics "$path answers 200 without a single sample: ${first:-an empty body}" "$look"
    fi
}

# check_service NAME: /health and /metrics of one service.
check_service() {
    local name="$1" health="${live_path[$1]:-${ready_path[$1]:-}}" path="${metrics_path[$1]:-/metrics}"
    if ((${pods_ready[$name]:-0} == 0)); then
        report skipped health "$name" NoReadyPod "not asked: none of its pods is ready"
        report skipped metrics "$name" NoReadyPod "not asked: none of its pods is ready"
        return
    fi
    if [[ -z "$health" && -z "$service_list" && "${scrape[$name]:-}" != true ]]; then
        report skipped health "$name" NoHttp "its pods state neither an HTTP probe nor prometheus.io/scrape"
        return
    fi
    check_path health "$name" "${health:-/health}"
    if [[ -n "$service_list" || "${scrape[$name]:-}" == true ]]; then
        check_path metrics "$name" "$path"
    else
        report skipped metrics "$name" NotScraped "its pods do not say prometheus.io/scrape: \"true\""
    fi
}

# check_services: every Service that has a workload of its name; of a list, every one.
check_services() {
    local name asked=0
    wanted_workloads
    for name in "${names[@]}"; do
        if [[ -n "$service_list" || " ${services[*]} " == *" $name "* ]]; then
            asked=$((asked + 1))
            check_service "$name"
        fi
    done
    if ((asked == 0)); then
        report failed health "$application" NothingToCheck "no Service has the name of a workload in namespace $namespace" \
            "kubectl --namespace=$argocd_namespace get applications.argoproj.io $application --output=yaml"
    fi
}
