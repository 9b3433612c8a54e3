import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

// Three rooms, three worlds: pure code and the agent run in Node; the app runs against Solid's browser
// build (under plain Node Solid resolves to its server build, where effects never run).
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'shared', include: ['shared/**/*.test.ts'], environment: 'node' } },
      {
        test: {
          name: 'agent',
          include: ['agent/**/*.test.ts', 'bin/**/*.test.mjs'],
          environment: 'node',
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [solid()],
        test: {
          name: 'web',
          include: ['web/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          pool: 'forks',
          // Tests read style sheets as text: tokens for contrast, parts for raw colours.
          css: true,
          // Packages that ship Solid's JSX must go through its compiler.
          server: {
            deps: {
              inline: [
                /@solidjs\/router/,
                /@kobalte/,
                /@corvu/,
                /solid-(prevent-scroll|presence|transition-size)/,
              ],
            },
          },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          environment: 'node',
          pool: 'forks',
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
