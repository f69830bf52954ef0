import { execFileSync } from 'node:child_process';

const IMAGE = `set -e
cd /
programs=$(for name in bash sh cat ls mkdir chmod chown mv cp rm rmdir ln id head tail tr cut sort wc sleep sync readlink mktemp test touch uname env dirname basename date base64 grep sed awk tar gzip login; do command -v $name; done | sort -u)
modules=$(ls -d /lib/*-linux-gnu/security 2>/dev/null || :)
libraries=$(for program in $programs \${modules:+$(find $modules -name 'pam_*.so')}; do ldd $program 2>/dev/null; done | sed -n 's/.*=> \\(\\/[^ ]*\\).*/\\1/p; s/^[[:space:]]*\\(\\/[^ ]*\\) (.*/\\1/p' | sort -u)
frame=$(mktemp -d)
trap 'rm -rf "$frame"' EXIT
mkdir -p "$frame/root/home" "$frame/root/root" "$frame/root/var/lib" "$frame/root/usr/sbin"
mkdir -m 1777 "$frame/root/tmp"
for name in bin sbin lib lib64; do ln -s usr/$name "$frame/root/$name"; done
tar -chf "$frame/image" --ignore-failed-read --transform='flags=r;s,^/*\\(s*bin\\|lib\\|lib64\\)/,usr/\\1/,' $programs $libraries $modules /etc/os-release /etc/pam.d /etc/login.defs /etc/passwd /etc/group 2>/dev/null
tar -rf "$frame/image" -C "$frame/root" .
cat "$frame/image"`;

/**
 * The system that runs the test, whatever it is, as the image of a console, in a tar: a shell, some programs, and their libraries. There is no
 * sshd, no getty and nothing of ours in it, and its C library is its own.
 */
export const hostImage = (): Buffer => execFileSync('bash', ['-c', IMAGE], { maxBuffer: 2 ** 28 });
