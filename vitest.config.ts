import { svelte } from '@sveltejs/vite-plugin-svelte'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['tests/**/*.test.ts'],
    // `npm test` leaves the long suites out unless it is asked for them or for a file.
    exclude: [...configDefaults.exclude, ...(process.env.TENANTRY_TESTS === 'short' ? ['tests/**/*.long.test.ts'] : [])],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Real shells, browsers and keyrings on a shared machine: what fails there once is tried once more.
    retry: process.env.CI ? 1 : 0,
    // GitHub's parser of workflows takes its schema in a way that Node alone does not know.
    server: { deps: { inline: [/@actions\/workflow-parser/] } },
    pool: 'forks',
    maxWorkers: 2
  }
})
