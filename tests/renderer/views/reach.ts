import type { Page } from 'playwright-core'
import { overlays } from '../axe-in-page.ts'

/**
 * What of the page can't be seen or used in a window of its size, one line for each: what somebody can act on, and what
 * is written, must come into view within the window by scrolling what it is in, and nothing may lie over it. What lies
 * over the window is all that counts there. The page itself never scrolls.
 */
export async function findOutOfReach(page: Page): Promise<string[]> {
  return page.evaluate((overlays) => {
    const found: string[] = []
    const named = (element: Element) => `<${element.tagName.toLowerCase()}${element.getAttribute('class') ? ` class="${element.getAttribute('class')}"` : ''}> ${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60)}`
    const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
    // Where there is no room beside the terminal, the token panel lies over it until the keyboard goes elsewhere.
    const panel = [...document.querySelectorAll('#token-panel')].filter((element) => getComputedStyle(element).position === 'absolute')
    const place = [...panel, ...document.querySelectorAll(overlays)].filter(isShown).at(-1) ?? document.body
    // What is heard only, the lines of terminals and what is drawn for them are not laid out as a page is.
    const isOther = (element: Element) => element.closest('.heard-only, .xterm, [role=tooltip]') !== null

    /** What is left of a box within all that cuts it off. */
    const visibleBox = (element: Element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect()
      const box = { left: Math.max(left, 0), top: Math.max(top, 0), right: Math.min(right, innerWidth), bottom: Math.min(bottom, innerHeight) }
      const isFixed = (one: Element) => getComputedStyle(one).position === 'fixed'
      for (let around = isFixed(element) ? null : element.parentElement; around; around = isFixed(around) ? null : around.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(around)
        if (overflowX === 'visible' && overflowY === 'visible') continue
        const cut = around.getBoundingClientRect()
        Object.assign(box, { left: Math.max(box.left, cut.left), top: Math.max(box.top, cut.top), right: Math.min(box.right, cut.right), bottom: Math.min(box.bottom, cut.bottom) })
      }
      return { ...box, width: box.right - box.left, height: box.bottom - box.top }
    }

    const actable = 'button, a[href], input, select, textarea, summary, [tabindex], [role=option], [role=menuitem]'
    for (const element of place.querySelectorAll<HTMLElement>(actable)) {
      if (!isShown(element) || isOther(element) || element.matches('[role=separator]')) continue
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const whole = element.getBoundingClientRect()
      const seen = visibleBox(element)
      // A box that is larger than what it is in is seen in parts.
      if (seen.width < Math.min(whole.width, 24) - 1 || seen.height < Math.min(whole.height, 16) - 1) found.push(`cut off: ${named(element)}`)
      else {
        const top = document.elementFromPoint((seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2)
        // A tab's name is typed over the tab.
        if (top && !top.matches('input.name') && !element.contains(top) && !top.contains(element) && !top.closest('label')?.contains(element)) found.push(`covered by ${named(top)}: ${named(element)}`)
      }
    }
    for (const element of place.querySelectorAll<HTMLElement>('*')) {
      const isWritten = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== '')
      if (!isWritten || !isShown(element) || isOther(element) || element.closest('option, [aria-hidden=true]')) continue
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const whole = element.getBoundingClientRect()
      const seen = visibleBox(element)
      const isCut = getComputedStyle(element).textOverflow === 'ellipsis'
      if (seen.height < Math.min(whole.height, 10) - 1 || seen.width < Math.min(isCut ? element.scrollWidth : whole.width, 30) - 1) found.push(`cannot be read: ${named(element)}`)
    }
    // Whoever scrolls by hand can't scroll what hides what it holds; the keyboard would, and leave it askew.
    for (const element of [document.documentElement, document.body, ...place.querySelectorAll('*')]) {
      const { overflowX, overflowY } = getComputedStyle(element)
      if (isOther(element) || (element.scrollLeft === 0 && element.scrollTop === 0)) continue
      if ((overflowX === 'hidden' && element.scrollLeft !== 0) || (overflowY === 'hidden' && element.scrollTop !== 0)) {
        found.push(`scrolled, though it can’t be: ${named(element)}`)
        element.scrollTo(0, 0)
      }
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`)
    return [...new Set(found)]
  }, overlays)
}
