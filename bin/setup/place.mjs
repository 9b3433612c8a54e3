// Where things are in this checkout. Everything set-up makes lies under .tools/ and dist/, never outside.
import { fileURLToPath } from 'node:url';

/** Absolute path inside the checkout, whatever the current directory is. */
export const inRepo = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const root = inRepo('');
export const toolsDir = inRepo('.tools');
export const agentEntry = inRepo('dist/agent/cli.js');
