import type { CloudConfig } from '../config/schema.ts';
import { isForConsole } from '../console/write-files.ts';
import { userFolders } from '../state/user-folders.ts';

/** Whether the console has to mount or write something first: containers must not start on folders and files that are still to come. */
export const waitsForConsole = (config: CloudConfig): boolean =>
  (config.mounts ?? []).length > 0 || (config.write_files ?? []).some(isForConsole) || userFolders(config).length > 0;
