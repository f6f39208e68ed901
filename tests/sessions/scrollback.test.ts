import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'
import { keptLines, scrollbackBudget } from '../../app/scrollback.ts'
import { Screen } from '../../app/sessions/screen.ts'

const lines = (count: number) => Buffer.from(Array.from({ length: count }, (_, index) => `line ${index}\r\n`).join(''))
const shown = (screen: Screen) => new Promise<string[]>((resolve) => screen.whenParsed(() => resolve(screen.snapshot().text.split('\r\n').filter((line) => line.startsWith('line')))))

it('a screen keeps as many lines above it as the setting says, of what is there and of what comes', async () => {
  const screen = new Screen(80, 5)
  screen.setScrollback(50_000, 1)
  screen.write(lines(20_000), () => {})
  const all = await shown(screen)
  expect([all[0], all.length]).toEqual(['line 0', 20_000])
  screen.setScrollback(100, 1)
  expect((await shown(screen))[0]).toBe('line 19896')
  screen.write(lines(300), () => {})
  const few = await shown(screen)
  expect([few[0], few.length]).toEqual(['line 196', 104])
  screen.dispose()
})

describe('the memory for lines, which all terminals share', () => {
  it('is enough for what is wanted of a few, and never more than all of it', () => {
    expect(keptLines(5_000, 30, 120)).toBe(5_000)
    expect(keptLines(50_000, 1, 120)).toBe(50_000)
    for (const [terminals, cols] of [[4, 120], [10, 120], [50, 80], [50, 300]] as const) {
      const lines = keptLines(50_000, terminals, cols)
      expect(lines).toBeLessThan(50_000)
      // Two processes with twelve bytes a cell each; one line more of each terminal would be too much.
      expect(lines * terminals * cols * 24).toBeLessThanOrEqual(scrollbackBudget)
      expect((lines + 1) * terminals * cols * 24).toBeGreaterThan(scrollbackBudget)
    }
  })

  it('leaves a hundred lines to each, however many they are', () => {
    expect(keptLines(50_000, 100_000, 1_000)).toBe(100)
    expect(keptLines(50, 100_000, 1_000)).toBe(50)
  })

  it('is shared anew as a screen is made wider', async () => {
    const screen = new Screen(80, 5)
    screen.setScrollback(50_000, 100)
    screen.write(lines(10_000), () => {})
    expect((await shown(screen)).length).toBe(keptLines(50_000, 100, 80) + 4)
    screen.resize(400, 5)
    expect(screen.lines().filter((line) => line.startsWith('line')).length).toBe(keptLines(50_000, 100, 400) + 4)
    screen.dispose()
  })
})

describeOnMainEngine('sessions with 50,000 lines each, 500 columns wide', ({ env }) => {
  let under: CoreUnderTest
  const linesOf = async (id: string) => (await under.call('sessions.saveScrollback', { id })).lines
  beforeAll(async () => {
    under = await startCore({ env })
    await under.call('settings.change', { key: 'terminal.scrollback', value: 50_000 })
  })
  afterAll(() => under?.dispose())

  it('keep what one may keep, less beside another one, and go on', async () => {
    const { profiles } = await under.call('profiles.list', undefined)
    const open = async (name: string) => {
      const { id } = await under.call('sessions.open', { profileId: profiles.find((profile) => profile.name === name)!.id, cols: 500, rows: 30 })
      const window = await under.attach(id)
      await under.until(id, ({ phase, busy }) => phase === 'connected' && !busy)
      return { id, window }
    }
    const { id, window } = await open('Contoso demo')
    window.type('foreach ($n in 1..50000) { [Console]::WriteLine("line $n") }; "all " + "printed"\r')
    await window.shows(/all printed/)
    const alone = keptLines(50_000, 1, 500)
    expect(alone).toBeLessThan(50_000)
    await expect.poll(() => linesOf(id), { timeout: 20_000 }).toBeGreaterThan(alone)
    expect(await linesOf(id)).toBeLessThanOrEqual(alone + 30)
    const other = await open('Fabrikam demo')
    const half = keptLines(50_000, 2, 500)
    expect(await linesOf(id)).toBeGreaterThan(half)
    expect(await linesOf(id)).toBeLessThanOrEqual(half + 30)
    await under.call('sessions.close', { id: other.id, force: true })
    window.type('"it goes " + "on"\r')
    await window.shows(/it goes on/)
  })
})
