import { defineConfig } from 'vitest/config'

/** The Electron suite alone: on its stand-in, and on the real binary where that is. */
export default defineConfig({
  test: {
    include: ['tests/electron/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A real window answers when it can.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    maxWorkers: 1
  }
})
