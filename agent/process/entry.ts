// Where the code of another thread or process starts. From sources that is a TypeScript file run through tsx;
// from the built bundle it is the JavaScript file of the same base name beside the caller (every such entry is
// an input of agent/vite.config.ts). Callers give one path and need not know which of the two they are.
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ModuleEntry {
  /** For `new Worker(url, { execArgv })`. */
  readonly url: URL;
  /** For `fork(path, args, { execArgv })` and `spawn(process.execPath, [...execArgv, path])`. */
  readonly path: string;
  /** What Node needs to run it; replaces the caller's own execArgv. */
  readonly execArgv: string[];
}

/**
 * `source` is the entry's path relative to the calling file, ending in .ts ("./portrait-worker.ts");
 * `fromUrl` is the caller's `import.meta.url`.
 */
export function moduleEntry(source: string, fromUrl: string): ModuleEntry {
  if (new URL(fromUrl).pathname.endsWith('.ts')) {
    const url = new URL(source, fromUrl);
    return { url, path: fileURLToPath(url), execArgv: ['--import', tsxBootstrap()] };
  }
  const url = new URL(`./${basename(source, '.ts')}.js`, fromUrl);
  return { url, path: fileURLToPath(url), execArgv: [] };
}

/**
 * `--import tsx` registers nothing inside a worker thread (Node then says: unknown file extension ".ts") and
 * would be looked up from the working directory of the moment; registering by hand works in both.
 */
function tsxBootstrap(): string {
  // require() resolves to the CommonJS twin; the module beside it is the one an import may load.
  const twin = createRequire(import.meta.url).resolve('tsx/esm/api');
  const api = pathToFileURL(twin.replace(/\.cjs$/, '.mjs')).href;
  const code = `import { register } from ${JSON.stringify(api)}; register();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
