import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildEngineConsole } from '../../build/engine-console/build.mjs'
import { engines } from '../engines.ts'
import { runCommand, type CommandResult } from './console.ts'

const root = join(import.meta.dirname, '..', '..')
const golden = JSON.parse(readFileSync(join(root, 'tests/fixtures/pwsh-golden.json'), 'utf8')) as {
  cases: (CommandResult & { command: string })[]
}

/** Commands that the engine console answers otherwise than pwsh, each with its reason. */
const knownDifferences: Record<string, string> = {}

/** Cases whose order is .NET's to choose: a Hashtable's follows string hashes, which are random in each process. */
const anyOrder = new Set(["$x = @{a=1;b='two'}; $x | ConvertTo-Json -Compress"])
const inNoOrder = (result: CommandResult | undefined) => result && { ...result, stdout: JSON.parse(result.stdout) as unknown }

const runAtOnce = 2 // the machine has two cores; more only wait for each other

async function replay(executable: string): Promise<Map<string, CommandResult>> {
  const results = new Map<string, CommandResult>()
  const queue = [...golden.cases]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      results.set(next.command, await runCommand(executable, ['-NoProfile', '-NonInteractive', '-Command', next.command]))
    }
  }
  await Promise.all(Array.from({ length: runAtOnce }, work))
  return results
}

describe('the engine console prints what a real pwsh printed', () => {
  let results: Map<string, CommandResult>

  beforeAll(async () => {
    const { executable } = await buildEngineConsole({ root, log: console.log })
    results = await replay(executable)
  }, 300_000)

  it('has all 81 recorded cases', () => {
    expect(results.size).toBe(81)
  })

  it.each(golden.cases)('$command', ({ command, stdout, stderr, exitCode }) => {
    const expected = { stdout, stderr, exitCode }
    if (command in knownDifferences) expect(results.get(command), knownDifferences[command]).not.toEqual(expected)
    else if (anyOrder.has(command)) expect(inNoOrder(results.get(command))).toEqual(inNoOrder(expected))
    else expect(results.get(command)).toEqual(expected)
  })
})

// The recordings themselves against the pwsh of this machine: a minute that only a new version of it is worth.
const pwsh = engines.find(({ name }) => name === 'pwsh')
if (process.env.TENANTRY_TEST_ENGINES === 'all' && pwsh) {
  it(
    'the recorded cases hold on the pwsh of this machine',
    async () => {
      const results = await replay(pwsh.path)
      for (const { command, stdout, stderr, exitCode } of golden.cases) {
        const expected = { stdout, stderr, exitCode }
        if (anyOrder.has(command)) expect(inNoOrder(results.get(command)), command).toEqual(inNoOrder(expected))
        else expect(results.get(command), command).toEqual(expected)
      }
    },
    300_000
  )
}
