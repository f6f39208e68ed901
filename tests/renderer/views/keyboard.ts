import type { Page } from 'playwright-core'
import { overlays } from '../axe-in-page.ts'

/** What can have the keyboard, in what lies over the window, else in all of it. */
const stops = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex]'

/**
 * What shows nothing of having the keyboard, one line for each: no outline of two pixels that can be seen, neither on
 * itself nor on what it says is meant (a cell of a grid, a label).
 */
export async function findUnseenFocus(page: Page): Promise<string[]> {
  // From here on the page shows the keyboard's place as for somebody who uses it.
  await page.keyboard.press('Shift')
  return page.evaluate(
    ([stops, overlays]) => {
      const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
      const place = [...document.querySelectorAll(overlays)].filter(isShown).at(-1) ?? document.body
      const isOutlined = (element: Element | null | undefined) => {
        if (!element) return false
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/^(transparent|rgba\(.*, 0\))$/.test(outlineColor)
      }
      const before = document.activeElement as HTMLElement | null
      const unseen: string[] = []
      for (const element of place.querySelectorAll<HTMLElement>(stops)) {
        // The terminal shows its cursor: filled where it has the keyboard.
        if (element.tabIndex < 0 || !isShown(element) || element.closest('.xterm, [aria-hidden=true]')) continue
        element.focus()
        if (document.activeElement !== element) continue
        const meant = document.getElementById(element.getAttribute('aria-activedescendant') ?? '')
        if (![element, meant, (element as HTMLInputElement).labels?.[0]].some(isOutlined)) unseen.push(element.outerHTML.slice(0, 160))
      }
      before?.focus()
      return unseen
    },
    [stops, overlays] as const
  )
}

/**
 * Goes through the dialog in front by Tab, once round. Answers what went wrong: a keyboard that left it, or that went
 * back and forth, and buttons and fields that were never reached.
 */
export async function findLostInDialog(page: Page): Promise<string[]> {
  const dialogs = page.locator('[aria-modal=true]')
  if ((await dialogs.count()) === 0) return []
  await dialogs.last().evaluate((dialog) => {
    const stops: Element[] = []
    document.addEventListener('focusin', ({ target }) => stops.push(target as Element))
    Object.assign(globalThis, { walk: { dialog, stops } })
  })
  const isRound = () => page.evaluate(() => {
    const { stops } = (globalThis as unknown as Walk).walk
    return new Set(stops).size < stops.length
  })
  // A date has parts that Tab goes through too, without a word.
  for (let steps = 0; steps < 300 && !(await isRound()); steps += 10) for (let at = 0; at < 10; at++) await page.keyboard.press('Tab')
  return page.evaluate(() => {
    const { dialog, stops } = (globalThis as unknown as Walk).walk
    const round = stops.slice(0, stops.findIndex((stop, at) => stops.indexOf(stop) < at))
    const isBefore = (one: Element, other: Element) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING) !== 0
    const first = round.findIndex((stop, at) => at > 0 && isBefore(round[at - 1]!, stop))
    const inOrder = first < 0 ? round : [...round.slice(first), ...round.slice(0, first)]
    const all = [...dialog.querySelectorAll<HTMLElement>('button:enabled, input:enabled:not([type=radio]), select:enabled, textarea:enabled')].filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
    const told = (what: string, elements: Element[]) => elements.map((element) => `${what}: ${element.outerHTML.slice(0, 140)}`)
    return [
      ...told('outside', stops.filter((stop) => !dialog.contains(stop))),
      ...told('out of order', inOrder.filter((stop, at) => at > 0 && isBefore(inOrder[at - 1]!, stop))),
      ...told('never reached', all.filter((one) => !round.includes(one)))
    ]
  })
}

interface Walk {
  walk: { dialog: Element; stops: Element[] }
}
