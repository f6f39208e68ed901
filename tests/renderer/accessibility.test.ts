import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../build/setup.mjs'
import { findBarriers, findColourBarriers } from './axe-in-page.ts'
import { findLostInDialog, findUnseenFocus } from './views/keyboard.ts'
import { findOutOfReach } from './views/reach.ts'
import { shownComponents, Tour } from './views/tour.ts'
import { views } from './views/views.ts'
import { eventually, type TestWindow } from './window-in-chromium.ts'

const tour = new Tour()
const seen = new Set<string>()
afterAll(() => tour.end())

/**
 * Besides the dark one, of which all rules are asked: another theme can change colours alone. The two of high contrast
 * take turns, since contrast.test.ts has all of their colours.
 */
const otherThemes = [
  { name: 'light', colorScheme: 'light', contrast: 'no-preference' },
  { name: 'high contrast, dark', colorScheme: 'dark', contrast: 'more' },
  { name: 'high contrast, light', colorScheme: 'light', contrast: 'more' }
] as const

/** Puts a theme on as the system would, and waits until it is painted, terminals too. */
async function putOn({ page }: TestWindow, { colorScheme, contrast }: Pick<(typeof otherThemes)[number], 'contrast'> & { colorScheme: 'dark' | 'light' }): Promise<void> {
  await page.emulateMedia({ colorScheme, contrast })
  await page.evaluate(
    ([scheme, contrast]) =>
      new Promise((resolve) => {
        const { dataset } = document.documentElement
        // xterm paints in the frame after the one in which it hears of it.
        const look = () => void (dataset.scheme === scheme && dataset.contrast === contrast ? requestAnimationFrame(resolve) : requestAnimationFrame(look))
        look()
      }),
    [colorScheme, contrast === 'more' ? 'more' : 'usual']
  )
}

/** Waits until what changed is laid out and painted, terminals too. */
const painted = (page: Page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

describe.each(views.map((view) => [view.name, view] as const))('%s', (_name, view) => {
  let shown: Awaited<ReturnType<Tour['open']>>
  beforeAll(async () => {
    shown = await tour.open(view)
  })
  afterAll(() => tour.goBack())

  it('has no barrier that axe-core finds, whatever the theme', async () => {
    const { window } = shown
    for (const file of await shownComponents(window.page)) seen.add(file)
    const found: Record<string, string[]> = { dark: await findBarriers(window.page) }
    const [light, ...ofHighContrast] = otherThemes
    for (const theme of [light, ofHighContrast[views.indexOf(view) % 2]!]) {
      await putOn(window, theme)
      found[theme.name] = await findColourBarriers(window.page)
    }
    await window.page.emulateMedia({ colorScheme: 'dark', contrast: 'no-preference' })
    expect(Object.entries(found).filter(([, barriers]) => barriers.length > 0)).toEqual([])
  })

  it('shows where the keyboard is, and keeps it in a dialog', async () => {
    const { page } = shown.window
    expect(await findLostInDialog(page)).toEqual([])
    expect(await findUnseenFocus(page)).toEqual([])
  })

  it('can be used at 200 %, where 1280 × 800 pixels are half as many, and nothing moves by itself', async () => {
    const { page } = shown.window
    const usual = page.viewportSize()!
    await page.setViewportSize({ width: 640, height: 400 })
    await painted(page)
    expect(await findOutOfReach(page)).toEqual([])
    expect(await findBarriers(page, ['scrollable-region-focusable'])).toEqual([])
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    await page.setViewportSize(usual)
  })

  it('is left by the keyboard, which then is where it was', async () => {
    await tour.close(view)
    const { opener } = shown
    if (opener) await eventually(() => opener.evaluate((element) => element === document.activeElement), (isFocused) => isFocused)
  })
})

it('are all that the window has: each component was on the page in one of them', () => {
  const files = readdirSync(join(root, 'renderer'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.svelte'))
  const drawing = files.filter((file) => hasElement(readFileSync(join(root, 'renderer', file), 'utf8')))
  expect(drawing.length).toBeGreaterThan(60)
  expect(drawing.map((file) => file.replaceAll('\\', '/')).filter((file) => !seen.has(file))).toEqual([])
})

/** Whether a component draws an element of its own, not only other components. */
function hasElement(source: string): boolean {
  const template = source.replaceAll(/<!--.*?-->|<(script|style|svelte:head)\b.*?<\/\1>/gs, '')
  return /<[a-z]+[\s>]/.test(template)
}
