import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Folders of tests that need no server; they run without starting one: `npx vitest run --project unit`. */
const pure = [
  'test/*.test.ts',
  'test/{domain,providers,sandbox,locales,statement-files,client}/**/*.test.ts',
]

export default defineConfig({
  test: {
    // threads crash with Temporal's native core
    pool: 'forks',
    // a core may rest while a test waits for processes, so each gets one; vitest would leave one of two cores idle
    maxWorkers: availableParallelism(),
    // generous: machines are slow and shared, and nothing here measures time
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/property-seed.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: pure } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, '**/node_modules/**'],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
})
