import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BareCheckout, type Ran } from './bare-checkout.ts'

/* What `npm test` makes of what its tools say, with fakes in place of the tools. */

let checkout: BareCheckout
beforeEach(() => {
  checkout = new BareCheckout()
  checkout.fakeCommand('pwsh', 'echo PowerShell 7.6.5')
  for (const name of ['openssl', 'gnome-keyring-daemon', 'dbus-run-session', 'apt-get']) checkout.fakeCommand(name)
  checkout.write('build/build.mjs', 'export const buildProduct = async () => {}')
  for (const tool of ['svelte-check', 'eslint']) fakeTool(tool)
  fakeVitest({ passed: 12, failed: 0, skipped: 3 })
})
afterEach(() => checkout.dispose())

const fakeTool = (name: string, script = '') => checkout.fakeCommand(name, script, 'node_modules/.bin')

/** Reports as vitest's JSON reporter does, and ends as it does. */
function fakeVitest({ passed, failed, skipped, code = failed > 0 ? 1 : 0 }: { passed: number; failed: number; skipped: number; code?: number }): void {
  const report = JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 })
  fakeTool('vitest', `/bin/mkdir -p out; echo '${report}' > out/test-report.json; exit ${code}`)
}

const test = (): Ran => checkout.run("await import('./build/test.mjs')", { uid: 0 })
const lastLine = ({ stdout }: Ran) => stdout.split('\n').at(-1)

describe.skipIf(process.platform === 'win32')('npm test', () => {
  it('checks types, lints, runs the tests, and closes with one line of counts', () => {
    const ran = test()
    expect(checkout.calls().filter((call) => !/^(npm|pkg-config|apt-get|pwsh)/.test(call)).map((call) => call.split(' ')[0])).toEqual(['svelte-check', 'eslint', 'vitest'])
    expect(lastLine(ran)).toBe('14 passed, 0 failed, 3 skipped')
    expect(ran.status).toBe(0)
  })

  it.each<[string, () => void, string]>([
    ['a test fails', () => fakeVitest({ passed: 11, failed: 1, skipped: 3 }), '13 passed, 1 failed, 3 skipped'],
    ['types are wrong', () => fakeTool('svelte-check', 'exit 1'), '13 passed, 1 failed, 3 skipped'],
    ['the linter finds something', () => fakeTool('eslint', 'exit 1'), '13 passed, 1 failed, 3 skipped'],
    ['all tests pass but a file of them could not be run', () => fakeVitest({ passed: 12, failed: 0, skipped: 3, code: 1 }), '14 passed, 1 failed, 3 skipped'],
    ['no test ran', () => fakeVitest({ passed: 0, failed: 0, skipped: 15 }), '2 passed, 1 failed, 15 skipped'],
    ['the tests were killed before they reported', () => fakeTool('vitest', 'kill -9 $$'), '2 passed, 1 failed, 0 skipped']
  ])('fails where %s', (_, spoil, counts) => {
    spoil()
    const ran = test()
    expect(lastLine(ran)).toBe(counts)
    expect(ran.status).toBe(1)
  })

  it('does not count the report of an earlier run', () => {
    checkout.write('out/test-report.json', JSON.stringify({ numPassedTests: 99, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }))
    fakeTool('vitest', 'exit 0')
    expect(lastLine(test())).toBe('2 passed, 1 failed, 0 skipped')
  })
})
