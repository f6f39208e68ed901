import { randomInt } from 'node:crypto'
import type { Result } from './figure.ts'
import { catUntilInterrupted, type FloodFile } from './flood.ts'
import { focusTerminal, openSession, openWindow, until, type BenchWindow, type Renderer } from './window.ts'

const keysPerRun = 30
/** What a person leaves between two keys, roughly; long enough for the frame before to be over. */
const pauseBetweenKeysMs = 40
const letters = 'abcdefghijklmnopqrstuvwxyz'
const tenant = 'Contoso demo'
const flooding = ['Fabrikam demo', 'Demo: no permission', 'Demo: no role']

/** From a key's event to the frame that shows its character, at a connected PowerShell prompt: idle, then beside three floods. */
export async function measureKeys(runs: number, renderer: Renderer, file: FloodFile): Promise<Result[]> {
  const whatFor = { idle: 'key to glyph, idle', busy: 'key to glyph, three other sessions flooding' }
  if (renderer !== 'dom') return ['idle', 'busy'].map((name) => needsDom(`key-${name}`, whatFor[name as 'idle' | 'busy']))
  const opened = await openWindow({ renderer })
  try {
    await openSession(opened, tenant)
    await opened.page.evaluate((text) => window.bench.whenShown(text), `${tenant} PS>`)
    const idle: number[] = []
    for (let run = 0; run < runs; run += 1) idle.push(...(await typeLine(opened)))
    await startFloods(opened, file)
    await opened.page.getByRole('tab', { name: tenant, exact: true }).click()
    const busy: number[] = []
    for (let run = 0; run < runs; run += 1) busy.push(...(await typeLine(opened)))
    return [
      { name: 'key-idle', what: whatFor.idle, unit: 'ms', values: idle, goal: { atMost: 20, by: 'p95' }, note: `${keysPerRun} keys a run` },
      { name: 'key-busy', what: whatFor.busy, unit: 'ms', values: busy, goal: { atMost: 35, by: 'p95' }, note: `${keysPerRun} keys a run` }
    ]
  } finally {
    await opened.close()
  }
}

export const needsDom = (name: string, what: string): Result => ({ name, what, reason: 'glyphs can be read from the DOM renderer only (--renderer dom)' })

async function startFloods(opened: BenchWindow, file: FloodFile): Promise<void> {
  for (const name of flooding) {
    opened.inPlaceOfShell.push(catUntilInterrupted(file))
    const pty = await openSession(opened, name)
    pty.write('\r')
    const { sent } = opened.seen
    await until(() => opened.seen.sent > sent + 1_000_000, `the flood of ${name}`)
  }
}

/**
 * Types a comment key by key, so that Enter at its end runs nothing. Each line is made of random letters: PSReadLine
 * shows ahead what its history knows, also of runs before, and a key whose glyph stands there already would take no time.
 */
export async function typeLine(opened: BenchWindow): Promise<number[]> {
  const { page } = opened
  await focusTerminal(opened, tenant)
  const values: number[] = []
  let line = ''
  const keys = Array.from({ length: keysPerRun }, () => letters[randomInt(letters.length)]!)
  for (const key of ['#', ...keys]) {
    line += key
    const shown = page.evaluate((text) => window.bench.whenShown(text), `PS> ${line}`)
    // The listener must be there before the key is.
    await page.evaluate(() => null)
    await page.keyboard.press(key)
    const at = await shown
    const pressed = await page.evaluate(() => window.bench.lastEvent.keydown ?? Number.NaN)
    if (key !== '#') values.push(at - pressed)
    await page.waitForTimeout(pauseBetweenKeysMs)
  }
  await page.keyboard.press('Enter')
  // A clean screen: the next line must not find the one before.
  const cleared = page.evaluate((text) => window.bench.when(() => !window.bench.screen().includes(text)), `PS> ${line}`)
  await page.keyboard.type('Clear-Host')
  await page.keyboard.press('Enter')
  await cleared
  await page.evaluate((text) => window.bench.whenShown(text), `${tenant} PS>`)
  return values
}

/** Ctrl+C while the session itself floods: from the key's event to the last frame that changed the screen. */
export async function measureInterrupt(runs: number, renderer: Renderer, file: FloodFile): Promise<Result[]> {
  const what = 'Ctrl+C during a flood, to the last flooded glyph'
  if (renderer !== 'dom') return [needsDom('interrupt', what)]
  const opened = await openWindow({ renderer })
  try {
    opened.inPlaceOfShell.push(catUntilInterrupted(file))
    const pty = await openSession(opened, tenant)
    const values: number[] = []
    for (let run = 0; run < runs; run += 1) {
      await focusTerminal(opened, tenant)
      const { sent } = opened.seen
      pty.write('\r')
      await until(() => opened.seen.sent > sent + 8_000_000, 'the flood')
      await opened.page.keyboard.press('Control+C')
      const last = await opened.page.evaluate(() => window.bench.whenQuiet(700))
      const pressed = await opened.page.evaluate(() => window.bench.lastEvent.keydown ?? Number.NaN)
      values.push(last - pressed)
    }
    return [{ name: 'interrupt', what, unit: 'ms', values, goal: { atMost: 200, by: 'p95' } }]
  } finally {
    await opened.close()
  }
}
