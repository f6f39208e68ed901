import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What is excused, each with its reason; all other rules of axe-core hold, those of good practice too. */
const options: RunOptions = {
  rules: {
    // A desktop app's window has no links past blocks of a page; F6 goes from region to region.
    'skip-link': { enabled: false }
  }
}

/** Content outside of landmarks is excused where it opens over the window: axe-core knows that of dialogs, not of menus. */
const checks = [{ id: 'region', options: { regionMatcher: 'dialog, [role=dialog], [role=alertdialog], svg, [role=menu]' } }]

/** What lies over the window: behind it is what was there without it. */
export const overlays = ':is([role=dialog], [role=alertdialog], [role=menu], [role=search])'

/**
 * What axe-core finds on the page as it stands, one line for each element: rule, element, why.
 *
 * @param only the rules to look at; all that are not excused unless told
 */
export function findBarriers(page: Page, only?: string[]): Promise<string[]> {
  return run(page, 'document', only ? { runOnly: only } : options)
}

/** What of that another theme can change, of what lies over the window, else of all that it shows. */
export function findColourBarriers(page: Page): Promise<string[]> {
  const place = `((over) => over.length > 0 ? { include: over } : document)([...document.querySelectorAll('${overlays}')])`
  return run(page, place, { runOnly: ['color-contrast', 'link-in-text-block'], preload: false })
}

async function run(page: Page, place: string, options: RunOptions): Promise<string[]> {
  // Evaluated by the debugger: the page's Content-Security-Policy takes no script but the window's own.
  if (!(await page.evaluate('typeof axe === "object"'))) {
    await page.evaluate(source)
    await page.evaluate(`axe.configure(${JSON.stringify({ checks })})`)
  }
  const quick: RunOptions = { ...options, resultTypes: ['violations'], selectors: false }
  const results = (await page.evaluate(`axe.run(${place}, ${JSON.stringify(quick)})`)) as AxeResults
  return results.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${impact}): ${html.slice(0, 160)} ${failureSummary?.replaceAll(/\s+/g, ' ') ?? ''}`)
  )
}
