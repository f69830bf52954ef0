/**
 * A shell function: `gunzip_most BYTES` copies its standard input, decompressed where it is gzip, up to a number of bytes. It fails where the
 * compressed data are damaged, because half of a text is not a text.
 */
export const GUNZIP_MOST = `gunzip_most() {
	{ unpacked=$({ { timeout -k 1 10 gzip -dcf 2>/dev/null; echo $? >&4; } | head -c "$1" >&3; } 4>&1); } 3>&1
	# 2: something stands behind it. 141: head had enough.
	case $unpacked in 0 | 2 | 141) ;; *) return 1 ;; esac
}
`;
