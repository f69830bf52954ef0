/**
 * What we take of undici. A file of its own, loaded with the first request: most builds download nothing, and the bundler gives names of a
 * CommonJS package to a static import only.
 */
export { EnvHttpProxyAgent, interceptors, request } from 'undici';
