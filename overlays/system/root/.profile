# shellcheck shell=sh
[ -n "${BASH_VERSION-}" ] && [ -r ~/.bashrc ] && . ~/.bashrc
mesg n 2>/dev/null || true
