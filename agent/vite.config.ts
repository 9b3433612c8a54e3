import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The agent as plain JavaScript for Node: our own code bundled, packages left where they are, so that a start
// costs no compiling. Every entry that runs in a process or thread of its own is an input.
const entry = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: entry('.'),
  build: {
    ssr: true,
    outDir: '../dist/agent',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: { main: entry('./main.ts'), 'stage-host': entry('./process/stage-host.ts') },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: { noExternal: [/^@myspinbot\//] },
});
