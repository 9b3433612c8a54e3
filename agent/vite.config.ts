import { rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

// The agent as plain JavaScript for Node: our own code bundled, packages left where they are, so that a start
// costs no compiling. Every entry that runs in a process or thread of its own is an input.
const entry = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Packages are found from where the importing file lies, and they are installed beside the sources. */
const packagesBesideTheBundle: Plugin = {
  name: 'packages-beside-the-bundle',
  closeBundle() {
    const link = entry('../dist/agent/node_modules');
    rmSync(link, { force: true, recursive: true });
    symlinkSync(entry('./node_modules'), link, 'junction');
  },
};

export default defineConfig({
  plugins: [packagesBesideTheBundle],
  root: entry('.'),
  build: {
    ssr: true,
    outDir: '../dist/agent',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        cli: entry('./cli.ts'),
        'stage-host': entry('./process/stage-host.ts'),
        'picture-decoder': entry('./media/picture-decoder.ts'),
        'webrtc-child': entry('./transfer/webrtc-child.ts'),
        'portrait-worker': entry('./engines/portrait/portrait-worker.ts'),
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: { noExternal: [/^@myspinbot\//] },
});
