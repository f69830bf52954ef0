// Root works below folders in which others may write: homes, and what a container has as a volume. Whoever may write there can put a link in
// the place of any folder at any moment. So a shell goes there step by step, and stays in each folder that it has looked at.

/**
 * For POSIX shells that root runs. `enter FOLDER [OWNER]` goes to an absolute path without `.` and `..`, and makes folders that are missing;
 * those below a home then belong to OWNER. A link on the way is followed only where nobody but root could have put it. What the shell does
 * next, it does to names in `.`, whose folder nobody can exchange. Where it cannot go there, it says why and gives a status that is not 0.
 */
export const ENTER = `unset CDPATH
closed() {
	set -- $(stat -c '%u %g %a' .)
	[ "$1" = 0 ] || [ "$1" = "$(id -u)" ] || return
	case $3 in
	*[2367]) return 1 ;;
	*[2367]?) [ "$2" = 0 ] ;;
	esac
}
enter() {
	rest=\${1#/}/ owner=$2 here=
	cd / || return
	while [ -n "$rest" ]; do
		part=\${rest%%/*} rest=\${rest#*/} link= made= before=$here
		[ -n "$part" ] || continue
		[ ! -L "$part" ] || ! closed || link=1
		[ -d "$part" ] || { mkdir -- "$part" && made=1; } || return
		cd -P -- "$part" || return
		here=$(pwd -P)
		here=\${here%/}
		[ -n "$link" ] || [ "$here" = "$before/$part" ] || { echo "$before/$part is a link that others than root may have put there"; return 1; }
		case $made$here in 1/home/*/*) [ -z "$owner" ] || chown "$owner" . || return ;; esac
	done
}
`;
