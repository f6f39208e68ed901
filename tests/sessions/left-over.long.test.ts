import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'
import { LeftOverCounter, type LeftOver } from './left-over.ts'

/** Connections to the demo are kept alive for some seconds by design: by the client, and by the service. */
const patienceMs = 20_000

const before = process.env.TMPDIR
const folder = mkdtempSync(join(tmpdir(), 'left-'))
process.env.TMPDIR = folder
const counter = new LeftOverCounter(folder)
afterAll(() => {
  counter.dispose()
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  rmSync(folder, { recursive: true, force: true })
})

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

// Descriptors are counted by /proc.
describe.skipIf(process.platform !== 'linux')('the counter of what is left', () => {
  const plants: Array<[string, () => Promise<() => unknown> | (() => unknown), (found: LeftOver) => unknown]> = [
    ['a process', () => {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' })
      return () => new Promise((resolve) => child.once('exit', resolve).kill('SIGKILL'))
    }, ({ processes }) => processes],
    ['a socket', async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
      await new Promise((resolve) => socket.once('connect', resolve))
      return async () => {
        socket.destroy()
        server.close()
        await pause(50)
      }
    }, ({ descriptors }) => descriptors.socket],
    ['an open file', () => {
      const file = openSync('/etc/hostname', 'r')
      return () => closeSync(file)
    }, ({ descriptors }) => descriptors.file],
    ['a timer', () => {
      const timer = setTimeout(() => {}, 1_000_000)
      return () => clearTimeout(timer)
    }, ({ timers }) => timers],
    ['a timer that keeps nothing alive', () => {
      const timer = setInterval(() => {}, 1_000_000).unref()
      return () => clearInterval(timer)
    }, ({ timers }) => timers],
    ['a temporary file', () => {
      const path = join(folder, 'left behind')
      writeFileSync(path, '')
      return () => rmSync(path)
    }, ({ files }) => files]
  ]

  it.each(plants)('sees %s that was planted, and that it is gone', async (_, plant, of) => {
    // Timers of what ran before end meanwhile.
    await pause(1_000)
    const bare = of(await counter.count())
    const undo = await plant()
    expect(of(await counter.count())).not.toEqual(bare)
    await undo()
    await pause(50)
    expect(of(await counter.count())).toEqual(bare)
  })
})

describeOnMainEngine('opening and closing twenty sessions', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env: { ...env, TMPDIR: folder } })
  })
  afterAll(() => under.dispose())

  it.skipIf(process.platform !== 'linux')('leaves nothing behind: processes, sockets, files, timers', async () => {
    // Once each: a profile's history stays.
    for (const name of ['Contoso demo', 'Fabrikam demo', 'Demo: no role']) {
      const { id } = await under.open(name)
      await under.attach(id)
      await under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')
      await under.call('sessions.close', { id })
    }
    await pause(8_000)
    const before = await counter.count()
    for (let round = 0; round < 5; round++) {
      const opened = await Promise.all(['Contoso demo', 'Fabrikam demo', 'Contoso demo', 'Demo: no role'].map((name) => under.open(name)))
      for (const { id } of opened) await under.attach(id)
      await Promise.all(opened.map(({ id }) => under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')))
      await Promise.all(opened.map(({ id }) => under.call('sessions.close', { id })))
    }
    let after = await counter.count()
    for (let waited = 0; JSON.stringify(after) !== JSON.stringify(before) && waited < patienceMs; waited += 500) {
      await pause(500)
      after = await counter.count()
    }
    expect(after).toEqual(before)
  }, 240_000)
})
