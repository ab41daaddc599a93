# shellcheck shell=bash
# What a check found: one line for people, one object for machines.
#
# Every text becomes printable ASCII on one line before it is shown: it comes from pods and from Git, so it may hold
# anything, and a log or a JSON document must hold all of it. Wants $json (true or false).

readonly LONGEST_TEXT=600
checks=()
failures=0

# say TEXT: a line for people; beside --json it goes to stderr.
say() {
    if "$json"; then printf '%s\n' "$1" >&2; else printf '%s\n' "$1"; fi
}

# fail TEXT...: nothing could be checked: a wrong option, no kubectl. Status 2.
fail() {
    printf 'smoke: %s\n' "$@" >&2
    exit 2
}

# one_line TEXT: into $REPLY, printable ASCII on one line, cut where it is too long.
one_line() {
    local LC_ALL=C
    REPLY="${1//[$'\n\r\t']/ }"
    REPLY="${REPLY//[^[:print:]]/?}"
    if ((${#REPLY} > LONGEST_TEXT)); then REPLY="${REPLY:0:LONGEST_TEXT}..."; fi
}

# json_text TEXT: into $REPLY, a JSON string.
json_text() {
    local backslash=$'\\' quote='"'
    one_line "$1"
    REPLY="${REPLY//"$backslash"/"$backslash$backslash"}"
    REPLY="\"${REPLY//"$quote"/"$backslash$quote"}\""
}

# json_object KEY TEXT [KEY TEXT]...: into $REPLY, an object of texts.
json_object() {
    local object="" key
    while (($# > 0)); do
        key="$1"
        json_text "$2"
        object+="${object:+,}\"$key\":$REPLY"
        shift 2
    done
    REPLY="{$object}"
}

# report STATUS CHECK NAME REASON MESSAGE [LOOK]: STATUS is ok, failed or skipped, LOOK the command that shows more.
report() {
    local status="$1" check="$2" name="$3" reason="$4" message="$5" look="${6:-}" word
    case "$status" in
        ok) word="ok  " ;;
        skipped) word="skip" ;;
        *)
            word="FAIL"
            failures=$((failures + 1))
            ;;
    esac
    one_line "$name: $message"
    say "$(printf '%s  %-8s %s%s' "$word" "$check" "$REPLY" "${look:+. Look at: $look}")"
    json_object status "$status" check "$check" name "$name" reason "$reason" message "$message" look "$look"
    checks+=("$REPLY")
}

# finish: the verdict, and the status that the script ends with.
finish() {
    local ok=true all=""
    ((failures == 0)) || ok=false
    if "$json"; then
        local IFS=,
        all="${checks[*]}"
        json_object application "$application" namespace "$namespace" revision "$revision"
        printf '%s,"ok":%s,"seconds":%d,"checks":[%s]}\n' "${REPLY%\}}" "$ok" "$SECONDS" "$all"
    fi
    if "$ok"; then
        say "smoke: $application is well, after $SECONDS s"
    else
        say "smoke: $failures of ${#checks[@]} checks of $application failed, after $SECONDS s"
        exit 1
    fi
}
