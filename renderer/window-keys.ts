/** Where F6 stops: the parts of the window marked `data-region`, each with the element that takes the keyboard. */
const stops = '[data-region]'
const targets = '[data-region-start]:not(:disabled)'

/** Gives the keyboard to the region after (or before) the one that has it. */
export function moveToRegion(step: 1 | -1): void {
  const regions = asSeen([...document.querySelectorAll<HTMLElement>(stops)].filter((region) => targetIn(region)))
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  const next = at < 0 ? (step > 0 ? 0 : regions.length - 1) : (at + step + regions.length) % regions.length
  const region = regions[next]
  if (region) targetIn(region)?.focus()
}

/** Panes follow each other as they stand, whichever was opened first. */
function asSeen(regions: HTMLElement[]): HTMLElement[] {
  const isPane = (region: HTMLElement) => region.closest('[data-pane]') !== null
  const place = (region: HTMLElement) => region.getBoundingClientRect()
  const panes = regions.filter(isPane).sort((one, other) => place(one).top - place(other).top || place(one).left - place(other).left)
  return regions.map((region) => (isPane(region) ? panes.shift()! : region))
}

/** The marked element, else the first that can have the keyboard. */
function targetIn(region: HTMLElement): HTMLElement | undefined {
  const shown = (element: HTMLElement) => element.getClientRects().length > 0
  const marked = [...region.querySelectorAll<HTMLElement>(targets)].find(shown)
  return marked ?? [...region.querySelectorAll<HTMLElement>('button:not(:disabled, [tabindex="-1"]), input, textarea')].find(shown)
}
