/** Path on the boot partition of the file with the kernel arguments of one disk; see `appendSettings`. */
export const APPEND_FILE = 'append.cfg';
