import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import solid from 'vite-plugin-solid';
import { endpoints } from './shared/wire/endpoints.ts';
import { shareFields } from './shared/wire/share.ts';

/** Where a running agent answers while the app is being worked on (`npx vite`, `npx myspinbot start`). */
const agent = process.env.MYSPINBOT_AGENT ?? 'http://127.0.0.1:7777';
/** The agent speaks only to its own page, so the proxy must come as that page. */
const proxied = { target: agent, ws: true, changeOrigin: true, headers: { origin: agent } };

// The app. The agent is built by agent/vite.config.ts into dist/agent.
export default defineConfig({
  root: fileURLToPath(new URL('./web', import.meta.url)),
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 2048 },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/sync', '/transfer', '/health', '/metrics', '/trust'].map((path) => [path, proxied]),
    ),
  },
  plugins: [
    solid(),
    tailwind(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'pwa',
      filename: 'service-worker.ts',
      registerType: 'prompt',
      injectRegister: false,
      injectManifest: {
        // One classic script: where parts are loaded later, Vite's own loader would stand in it, and only modules have it.
        rollupFormat: 'iife',
        globPatterns: ['**/*.{js,css,html,svg,png,webp,jpg,json,woff2,webmanifest}'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
      manifest: {
        id: '/',
        name: 'MySpinBot',
        short_name: 'MySpinBot',
        description: 'Make your own talking bot on your own machine.',
        lang: 'en',
        dir: 'ltr',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'any',
        background_color: '#fdfaf4',
        theme_color: '#fdfaf4',
        shortcuts: [
          {
            name: 'History',
            description: 'Every video you made',
            url: '/history',
            icons: [{ src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' }],
          },
        ],
        share_target: {
          action: endpoints.share,
          method: 'POST',
          enctype: 'multipart/form-data',
          params: {
            title: shareFields.title,
            text: shareFields.text,
            files: [{ name: shareFields.files, accept: ['image/*', 'audio/*', 'video/*'] }],
          },
        },
        categories: ['photo', 'video', 'entertainment'],
        icons: [
          { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
          { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
          { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: '/icons/favicon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
        ],
      },
    }),
  ],
});
