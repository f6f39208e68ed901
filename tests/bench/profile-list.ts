import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { Result } from './figure.ts'
import { keystrokeTimes } from './keystrokes.ts'
import { prepareDataFolder, profileCounts } from './many-profiles.ts'
import { openWindow, type Renderer } from './window.ts'

/** What is typed into the search, and taken back again; one profile alone has it. */
const typed = 'woodgrove12.ex'

/** The window with many profiles: from load to the first interaction, and each keystroke of a search. */
export async function measureProfileList(runs: number, renderer: Renderer): Promise<Result[]> {
  const results: Result[] = []
  for (const count of profileCounts) results.push(...(await measureWith(count, runs, renderer)))
  return results
}

async function measureWith(profileCount: number, runs: number, renderer: Renderer): Promise<Result[]> {
  const dataFolder = prepareDataFolder(profileCount)
  const named = (name: string) => (profileCount === profileCounts[0] ? name : `${name}-${profileCount}`)
  const opened = await openWindow({ renderer, dataFolder })
  try {
    const load: number[] = []
    const keystrokes: number[] = []
    for (let run = 0; run < runs; run += 1) {
      load.push(await loadToInteraction(opened.page, opened.url, profileCount))
      keystrokes.push(...(await searchKeystrokes(opened.page, profileCount)))
    }
    return [
      {
        name: named('window-load'),
        what: `window with ${profileCount} profiles, load to first interaction`,
        unit: 'ms',
        values: load,
        goal: { atMost: 500, by: 'p95' },
        note: 'to the frame after a row was selected by a click'
      },
      {
        name: named('filter'),
        what: `filter ${profileCount} profiles, per keystroke`,
        unit: 'ms',
        values: keystrokes,
        goal: { atMost: 16, by: 'p95' },
        note: `${typed.length * 2} keys a run; script, style and layout`
      }
    ]
  } finally {
    await opened.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

/** Milliseconds from the navigation's start until the list is there, all of it known, and a row of it was selected by a click. */
async function loadToInteraction(page: Page, url: string, profileCount: number): Promise<number> {
  await page.goto('about:blank')
  await page.goto(url, { waitUntil: 'commit' })
  return page.evaluate(async (count) => {
    const row = () => document.querySelector<HTMLElement>(`[aria-label="Tenants"] li[data-profile][aria-setsize="${count}"] > button`)
    await window.bench.when(() => row() !== null)
    const done = window.bench.when(() => row()?.getAttribute('aria-current') === 'true')
    row()!.click()
    return (await done) - performance.timeOrigin
  }, profileCount)
}

/** Per key: milliseconds from its event to the list being filtered and laid out. */
async function searchKeystrokes(page: Page, profileCount: number): Promise<number[]> {
  await page.getByRole('searchbox').focus()
  // Not every row is drawn; each says of how many it is.
  const visible = () => page.evaluate(() => Number(document.querySelector('[aria-label="Tenants"] li[data-profile]')?.getAttribute('aria-setsize') ?? 0))
  const keys = [...typed, ...Array.from(typed, () => 'Backspace')]
  const values = await keystrokeTimes(page, 'input[type=search]', keys, async (index) => {
    // A search that finds nothing, or all, would be quick for the wrong reason.
    if (index === typed.length - 1 && (await visible()) !== 1) throw new Error(`the search for “${typed}” left ${await visible()} rows`)
  })
  if ((await visible()) !== profileCount) throw new Error(`the empty search left ${await visible()} rows`)
  return values
}
