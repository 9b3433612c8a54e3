import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import solid from 'vite-plugin-solid';

// The app. The agent is built by agent/vite.config.ts into dist/agent.
export default defineConfig({
  root: fileURLToPath(new URL('./web', import.meta.url)),
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022' },
  plugins: [
    solid(),
    tailwind(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'pwa',
      filename: 'service-worker.ts',
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        name: 'MySpinBot',
        short_name: 'MySpinBot',
        description: 'Make your own talking bot on your own machine.',
        start_url: '/',
        display: 'standalone',
        background_color: '#faf8f3',
        theme_color: '#faf8f3',
        icons: [],
      },
    }),
  ],
});
