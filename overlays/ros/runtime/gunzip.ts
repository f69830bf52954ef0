/**
 * A function for the shell: `gunzip_most BYTES` passes on its standard input, unpacked where gzip packed it (gzip passes on what it did
 * not pack), and no more than so many bytes. It fails where the packed data are broken: half of a text is not a text.
 */
export const GUNZIP_MOST = `gunzip_most() {
	{ unpacked=$({ { timeout -k 1 10 gzip -dcf 2>/dev/null; echo $? >&4; } | head -c "$1" >&3; } 4>&1); } 3>&1
	# 2: something stands behind it. 141: head had enough.
	case $unpacked in 0 | 2 | 141) ;; *) return 1 ;; esac
}
`;
