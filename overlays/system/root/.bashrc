# shellcheck shell=bash
# Only what a root shell should have by itself.
alias ll='ls -l'
