import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { Result } from './figure.ts'
import { keystrokeTimes } from './keystrokes.ts'
import { prepareDataFolder, profileCounts, profileName } from './many-profiles.ts'
import { openWindow, type Renderer } from './window.ts'

/** What is typed into the palette, and taken back again; one profile's name begins with it. */
const typed = 'woodgrove 12'
const palette = 'input.palette-input'

/** The palette with many profiles: from its key to a list that can be typed into, and each keystroke. */
export async function measurePalette(runs: number, renderer: Renderer): Promise<Result[]> {
  const results: Result[] = []
  for (const count of profileCounts) results.push(...(await measureWith(count, runs, renderer)))
  return results
}

async function measureWith(profileCount: number, runs: number, renderer: Renderer): Promise<Result[]> {
  const dataFolder = prepareDataFolder(profileCount)
  const named = (name: string) => (profileCount === profileCounts[0] ? name : `${name}-${profileCount}`)
  const opened = await openWindow({ renderer, dataFolder })
  try {
    const { page } = opened
    await page.evaluate((count) => window.bench.when(() => document.querySelector(`[aria-label="Tenants"] li[data-profile][aria-setsize="${count}"]`) !== null), profileCount)
    const open: number[] = []
    const keystrokes: number[] = []
    for (let run = 0; run < runs; run += 1) {
      open.push(await openPalette(page))
      keystrokes.push(...(await search(page)))
      await page.keyboard.press('Escape')
      await page.locator(palette).waitFor({ state: 'detached' })
    }
    const goal = { atMost: 16, by: 'p95' as const }
    return [
      { name: named('palette-open'), what: `palette with ${profileCount} profiles, key to a field that has the keyboard`, unit: 'ms', values: open, note: 'to the frame in which its first line is there' },
      { name: named('palette-filter'), what: `palette with ${profileCount} profiles, per keystroke`, unit: 'ms', values: keystrokes, goal, note: `${typed.length * 2} keys a run; script, style and layout` }
    ]
  } finally {
    await opened.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

/** Milliseconds from the key's event. */
async function openPalette(page: Page): Promise<number> {
  const shown = page.evaluate((field) => window.bench.when(() => document.activeElement?.matches(field) === true && document.querySelector('.palette-item') !== null), palette)
  await page.keyboard.press('Control+Shift+P')
  return (await shown) - (await page.evaluate(() => window.bench.lastEvent.keydown!))
}

async function search(page: Page): Promise<number[]> {
  const keys = [...typed, ...Array.from(typed, () => 'Backspace')]
  return keystrokeTimes(page, palette, keys, async (index) => {
    if (index !== typed.length - 1) return
    // A search that finds nothing would be quick for the wrong reason.
    const first = await page.locator('.palette-item .label').first().innerText()
    if (first !== profileName(116)) throw new Error(`the palette shows “${first}” first`)
  })
}
