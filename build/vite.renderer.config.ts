import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The window: one page with its own script and style files, nothing inline, addressed relatively for both hosts. */
export default defineConfig({
  root: at('../renderer'),
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: at('../out/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // The polyfill is for browsers that neither host opens; data: URLs would need a wider font-src.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0
  }
})
