/** What we take of undici. A file of its own, loaded where Docker is really asked: most builds never do. */
export { Pool } from 'undici';
