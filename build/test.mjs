// npm test: sets up what the tests need, then type-check, lint, unit and end-to-end tests, and one closing line. The long
// suites (*.long.test.ts) run where TENANTRY_TESTS=all says so, as .ci/run and the workflow do, or where files are named.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkNode, installPackages, prepareBrowser, prepareKeyring, prepareOpenssl, prepareTestEngines, root, runMain, say, SetupError, stopIfRunning } from './setup.mjs'

await runMain(async () => {
  checkNode()
  stopIfRunning()
  installPackages()
  const browser = prepareBrowser()
  prepareKeyring()
  prepareOpenssl()
  const { pwsh, engineConsole } = await prepareTestEngines()
  if (!pwsh && !engineConsole) throw new SetupError('The tests need PowerShell 7.4 or later on PATH, or a .NET SDK to build the engine console with.')
  const { buildProduct } = await import('./build.mjs')
  await buildProduct()
  const isShort = process.env.TENANTRY_TESTS !== 'all' && process.argv.length === 2
  const env = {
    TENANTRY_TESTS: isShort ? 'short' : 'all',
    TENANTRY_TEST_BROWSER: browser,
    ...(!pwsh && engineConsole ? { TENANTRY_ENGINE_CONSOLE: engineConsole } : {}),
    ...(pwsh && pwsh !== 'pwsh' ? { TENANTRY_PWSH: pwsh } : {})
  }
  const steps = [step('types', ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'], env), step('lint', ['eslint', '.', '--max-warnings', '0'], env)]
  if (isShort) say(`${longSuites()} long suites are left out; TENANTRY_TESTS=all runs them too`)
  const tests = runTests(env)
  const passed = steps.filter(Boolean).length + tests.passed
  const failed = steps.filter((ok) => !ok).length + tests.failed
  console.log(`${passed} passed, ${failed} failed, ${tests.skipped} skipped`)
  if (failed > 0) process.exitCode = 1
})

function longSuites() {
  return readdirSync(join(root, 'tests'), { recursive: true }).filter((path) => path.endsWith('.long.test.ts')).length
}

function step(name, [tool, ...args], env) {
  say(name)
  const script = join(root, 'node_modules', '.bin', tool)
  const result = spawnSync(script, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env }, shell: process.platform === 'win32' })
  return result.status === 0
}

/** Counts of vitest's own report; a run that left no report, or ran nothing, is a failure. */
function runTests(env) {
  const report = join(root, 'out', 'test-report.json')
  rmSync(report, { force: true })
  const ok = step('tests', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)], env)
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = numFailedTests > 0 || ok ? numFailedTests : 1
  return { passed: numPassedTests, failed: numPassedTests === 0 ? failed + 1 : failed, skipped: numPendingTests + numTodoTests }
}
