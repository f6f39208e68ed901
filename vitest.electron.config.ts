import { defineConfig } from 'vitest/config'

/** The Electron suite alone: on the real binary where it is, else on its stand-in. */
export default defineConfig({
  test: { include: ['tests/electron/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, pool: 'forks', maxWorkers: 1 }
})
