import { expect, it } from 'vitest'
import { Screen } from '../../app/sessions/screen.ts'

const lines = (count: number) => Buffer.from(Array.from({ length: count }, (_, index) => `line ${index}\r\n`).join(''))
const shown = (screen: Screen) => new Promise<string[]>((resolve) => screen.whenParsed(() => resolve(screen.snapshot().text.split('\r\n').filter((line) => line.startsWith('line')))))

it('a screen keeps as many lines above it as the setting says, of what is there and of what comes', async () => {
  const screen = new Screen(80, 5)
  screen.setScrollback(50_000)
  screen.write(lines(20_000), () => {})
  const all = await shown(screen)
  expect([all[0], all.length]).toEqual(['line 0', 20_000])
  screen.setScrollback(100)
  expect((await shown(screen))[0]).toBe('line 19896')
  screen.write(lines(300), () => {})
  const few = await shown(screen)
  expect([few[0], few.length]).toEqual(['line 196', 104])
  screen.dispose()
})
