import { readFileSync } from 'node:fs'
import Papa from 'papaparse'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { findBarriers } from '../renderer/axe-in-page.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { connect, openPreview, patienceMs, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'

const tenant = 'Contoso demo'
const count = 100_000
/** How long PowerShell may take to hand so many over, beside whatever else runs. */
const fillPatienceMs = 240_000
/** As the window writes it. */
const all = count.toLocaleString('en-US')

describeOnMainEngine('a table of results', ({ env }) => {
  let running: RunningPreview
  let page: Page
  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    page.setDefaultTimeout(patienceMs)
    await running.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await connect(page, tenant)
  })
  afterAll(() => running?.close())

  const results = () => page.getByRole('region', { name: /^Results / })
  const grid = () => page.getByRole('grid')
  const status = () => results().getByRole('status').first()
  const head = (name: string) => grid().getByRole('columnheader', { name })
  /** The shown texts of one column, from the top of what is seen. */
  const column = async (at: number, count = 5) => (await grid().locator(`.row:nth-child(-n + ${count}) [aria-colindex="${at}"]`).allInnerTexts()).slice(0, count)
  const shows = (at: number, texts: string[]) => eventually(() => column(at, texts.length), (seen) => JSON.stringify(seen) === JSON.stringify(texts))
  const says = (text: RegExp) => status().filter({ hasText: text }).waitFor()

  async function rowsMake(line: string, rows: RegExp): Promise<Locator> {
    await type(page, tenant, line)
    await says(rows)
    return results()
  }

  it('comes with its first rows, and scrolls, sorts and filters all of them', async () => {
    const line = `$rows = [System.Collections.Generic.List[object]]::new(); & { foreach ($n in 1..${count}) { [pscustomobject]@{ Number = $n; Name = "User $n"; Size = "1 KB ($($n * 1000) bytes)"; When = [datetime]::new(2024, 1, 1).AddMinutes($n); Kind = @('Shared', 'Room', 'User')[$n % 3] } } } | ForEach-Object { $rows.Add($_); $_ } | Out-TenantGrid -Title Everything`
    await rowsMake(line, /^[\d,]+ rows · more coming$/)
    await shows(1, ['1', '2', '3'])
    await status().filter({ hasText: `${all} rows` }).filter({ hasNotText: 'more' }).waitFor({ timeout: fillPatienceMs })
    expect(await grid().getAttribute('aria-rowcount')).toBe(String(count + 2))
    // Of all these rows there are no more in the page than fit.
    expect(await grid().getByRole('row').count()).toBeLessThan(60)
    await grid().evaluate((element, top) => (element.scrollTop = top), (count / 2) * 28)
    await grid().getByText(String(count / 2 + 2), { exact: true }).first().waitFor()
    await head('Size').click()
    await head('Size').click()
    await grid().evaluate((element) => (element.scrollTop = 0))
    await shows(1, [count, count - 1, count - 2].map(String))
    expect(await head('Size').getAttribute('aria-sort')).toBe('descending')
    await grid().getByRole('textbox', { name: 'Filter Size' }).fill('<= 2 KB')
    await says(new RegExp(`^2 of ${all} rows$`))
    await grid().getByRole('textbox', { name: 'Filter Size' }).fill('big')
    await says(new RegExp(`^0 of ${all} rows$`))
    await grid().getByRole('textbox', { name: 'Filter Size' }).fill('>big')
    await results().getByText('“big” is no size').waitFor()
    await grid().getByRole('textbox', { name: 'Filter Size' }).fill('')
    await results().getByRole('searchbox', { name: 'Filter rows' }).fill('room user 77776')
    await says(new RegExp(`^1 of ${all} rows$`))
    await results().getByRole('searchbox', { name: 'Filter rows' }).fill('')
    await says(new RegExp(`^${all} rows$`))
  }, fillPatienceMs + 60_000)

  it.each(['dark', 'light'] as const)('has no barrier that axe-core finds, beside its terminal in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-scheme=${colorScheme}]`).waitFor()
    expect(await findBarriers(page)).toEqual([])
  })

  it('is copied and saved with all its rows, in the order that they are shown in', async () => {
    await results().getByRole('button', { name: 'Copy', exact: true }).click()
    await results().getByText(`Copied ${all} rows.`).waitFor()
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\r\n')
    expect([copied.length, copied[0], copied[1]!.split('\t').slice(0, 2), copied.at(-1)!.split('\t').slice(0, 2)]).toEqual([count + 1, 'Number\tName\tSize\tWhen\tKind', [String(count), `User ${count}`], ['1', 'User 1']])
    const [file] = await Promise.all([page.waitForEvent('download'), results().getByRole('button', { name: 'Save as CSV' }).click()])
    const rows = Papa.parse<string[]>(readFileSync(await file.path(), 'utf8').slice(1), { skipEmptyLines: true }).data
    expect([rows.length, rows[1], rows.at(-1)]).toEqual([count + 1, copied[1]!.split('\t'), copied.at(-1)!.split('\t')])
  })

  it('passes rows on of that many, from both ends of an order', async () => {
    await type(page, tenant, `$rows | Out-TenantGrid -PassThru -Title 'Choose of all' | ForEach-Object { "chosen of all: $($_.Number) $([object]::ReferenceEquals($_, $rows[$_.Number - 1]))" }`)
    await results().getByText('The command waits: select rows and pass them on').waitFor({ timeout: fillPatienceMs })
    await head('Number').click()
    await head('Number').click()
    await shows(1, [count, count - 1].map(String))
    await grid().focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Space')
    await grid().evaluate((element) => (element.scrollTop = element.scrollHeight))
    await grid().getByRole('gridcell', { name: '1', exact: true }).click({ modifiers: ['ControlOrMeta'] })
    await results().getByRole('button', { name: 'Pass on 2 rows' }).click()
    await waitForText(page, tenant, new RegExp(`\\nchosen of all: ${count} True\\s+chosen of all: 1 True\\s`))
    await results().getByRole('button', { name: 'Close the table' }).click()
    await page.getByRole('region', { name: 'Results Everything' }).waitFor()
  }, fillPatienceMs + 60_000)

  it('is walked through by the keyboard, which says where it is, and goes back to the terminal', async () => {
    await grid().focus()
    const at = () => grid().evaluate((element) => document.getElementById(element.getAttribute('aria-activedescendant')!)?.textContent?.trim() ?? null)
    await page.keyboard.press('Control+Home')
    await eventually(at, (text) => text === String(count))
    await page.keyboard.press('ArrowUp')
    await eventually(at, (text) => text?.startsWith('Number') === true)
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    await eventually(at, (text) => text === '1')
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Home')
    await eventually(at, (text) => text === String(count))
    await page.keyboard.press('Shift+ArrowUp')
    await says(/ · 2 selected$/)
    await page.keyboard.press('Control+a')
    await says(new RegExp(` · ${all} selected$`))
    await page.keyboard.press('Space')
    await says(new RegExp(` · ${(count - 1).toLocaleString('en-US')} selected$`))
    await page.keyboard.press('Escape')
    await eventually(() => page.evaluate(() => document.activeElement?.className), (name) => name === 'xterm-helper-textarea')
    await type(page, tenant, '6 * 7')
    await waitForText(page, tenant, /\n42\s/)
  })

  it('shows values as text, whatever they hold, and the whole of a long one', async () => {
    const line = `[pscustomobject]@{ Text = '<img src=x onerror="document.title=1"><b>bold</b>'; Formula = '=1+1'; Long = 'x' * 40000; Many = 'a', 'b' } | Out-TenantGrid -Title Markup`
    await rowsMake(line, /^1 row$/)
    await grid().getByText('<img src=x onerror="document.title=1"><b>bold</b>').waitFor()
    await results().getByText('1 value is cut: too long.').waitFor()
    await grid().focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Long' })
    await dialog.getByText('Cut: it has 40,000 characters.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('role')), (role) => role === 'grid')
  })

  it('is copied, and saved as CSV and JSON by the window where the host has no dialog', async () => {
    await results().getByRole('button', { name: 'Columns' }).click()
    const columns = page.getByRole('dialog', { name: 'Columns' })
    await columns.getByRole('checkbox', { name: 'Long' }).uncheck()
    await columns.getByRole('button', { name: 'Done' }).click()
    await results().getByRole('button', { name: 'Copy', exact: true }).click()
    await results().getByText('Copied 1 row.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`Text\tFormula\tMany\r\n<img src=x onerror="document.title=1"><b>bold</b>\t'=1+1\ta, b`)
    const saved = async (name: string) => {
      const [file] = await Promise.all([page.waitForEvent('download'), results().getByRole('button', { name }).click()])
      return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
    }
    const csv = await saved('Save as CSV')
    expect(csv.name).toMatch(/^Markup-\d{4}-\d\d-\d\d\.csv$/)
    expect(Papa.parse(csv.text.slice(1), { skipEmptyLines: true }).data).toEqual([['Text', 'Formula', 'Many'], ['<img src=x onerror="document.title=1"><b>bold</b>', "'=1+1", 'a, b']])
    expect(JSON.parse((await saved('Save as JSON')).text)).toEqual([{ Text: '<img src=x onerror="document.title=1"><b>bold</b>', Formula: '=1+1', Many: ['a', 'b'] }])
  })

  it('passes what is selected on to the command that waits, and has the keyboard meanwhile', async () => {
    await type(page, tenant, `1..9 | ForEach-Object { [pscustomobject]@{ N = $_ } } | Out-TenantGrid -PassThru -Title Choose | ForEach-Object { "chosen $($_.N)" }`)
    await results().getByText('The command waits: select rows and pass them on').waitFor()
    await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('role')), (role) => role === 'grid')
    await shows(1, ['1', '2', '3'])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await grid().getByRole('gridcell', { name: '7', exact: true }).click({ modifiers: ['ControlOrMeta'] })
    await results().getByRole('button', { name: 'Pass on 2 rows' }).click()
    await waitForText(page, tenant, /\nchosen 2\s+chosen 7\s/)
  })

  it('shows the last result at a click, each table is kept until it is closed, and a reload keeps them', async () => {
    await type(page, tenant, 'Get-Mailbox -ResultSize 3')
    await waitForText(page, tenant, /PS> Get-Mailbox -ResultSize 3[^]*PS> *\n*$/)
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    await page.getByRole('region', { name: 'Results Get-Mailbox -ResultSize 3' }).waitFor()
    await says(/^3 rows$/)
    await type(page, tenant, '$nothing = 1')
    await waitForText(page, tenant, /nothing = 1[^]*PS> *\n*$/)
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'The last command left no objects to show' }).waitFor()
    await page.reload()
    await page.getByRole('region', { name: 'Results Get-Mailbox -ResultSize 3' }).waitFor()
    await results().getByRole('combobox', { name: 'Table' }).selectOption({ label: `Everything · ${all} rows` })
    await shows(1, ['1', '2', '3'])
    for (const left of ['Get-Mailbox -ResultSize 3', 'Choose', 'Markup']) {
      await results().getByRole('button', { name: 'Close the table' }).click()
      await page.getByRole('region', { name: `Results ${left}` }).waitFor()
    }
    await results().getByRole('button', { name: 'Close the table' }).click()
    await results().waitFor({ state: 'detached' })
  })
})
