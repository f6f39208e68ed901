import { connect, type Socket } from 'node:net'
import type { Result } from './figure.ts'
import { now, openSession, openWindow, until, type BenchWindow, type Renderer } from './window.ts'

const rowCount = 100_000
const pageRows = 500
const tenant = 'Contoso demo'

/**
 * A table of 100,000 rows in the window: from the shell's first page to all rows, a sort by sizes, by texts, and a filter.
 * The pages are written by this process in the shell's place, as fast as they are taken: what PowerShell needs to make
 * them is not in it.
 */
export async function measureGrid(runs: number, renderer: Renderer): Promise<Result[]> {
  const opened = await openWindow({ renderer })
  const values = { first: [] as number[], open: [] as number[], sizes: [] as number[], texts: [] as number[], filter: [] as number[], scroll: [] as number[] }
  try {
    opened.inPlaceOfShell.push('sleep 3600')
    await openSession(opened, tenant)
    for (let run = 0; run < runs; run++) await measureOnce(opened, run, values)
  } finally {
    await opened.close()
  }
  const what = `table of ${rowCount.toLocaleString('en-US')} rows of 6 columns`
  const figure = (name: keyof typeof values, does: string, note: string): Result => ({ name: `grid-${name}`, what: `${what}: ${does}`, unit: 'ms', values: values[name], note })
  return [
    figure('first', 'first row seen', 'from the shell’s first byte'),
    figure('open', 'all rows there', 'from the shell’s first byte; written by the bench in the shell’s place'),
    figure('sizes', 'sort by sizes', 'click to first row'),
    figure('texts', 'sort by 100,000 different texts', 'click to first row'),
    figure('filter', 'filter by one column', 'key to the count; 150 ms of it are the wait for the next key'),
    figure('scroll', 'jump to the middle', 'to its rows seen')
  ]
}

async function measureOnce({ page, seen }: BenchWindow, run: number, values: Record<'first' | 'open' | 'sizes' | 'texts' | 'filter' | 'scroll', number[]>): Promise<void> {
  const title = `Run ${run}`
  const began = now()
  const written = writeRows(seen.shells.at(-1)!, run, title)
  /** When the window shows a text in the newest table; the text is the page's own. */
  const sees = (selector: string, text: string) =>
    page.evaluate(([where, what]) => window.bench.when(() => document.querySelector(where!)?.textContent?.trim() === what), [selector, text] as const)
  const first = (column: number) => `[aria-label="Table ${title}"] .row:first-child [aria-colindex="${column}"]`
  values.first.push((await sees(first(1), '0')) - began)
  values.open.push((await sees(`[aria-label="Results ${title}"] .chip`, `${rowCount.toLocaleString('en-US')} rows`)) - began)
  await written
  const clicked = async (column: string, cell: string) => {
    const done = sees(first(1), cell)
    const at = now()
    await page.getByRole('columnheader', { name: column, exact: true }).click()
    return (await done) - at
  }
  values.sizes.push(await clicked('Size', String(rowCount - 1)))
  values.texts.push(await clicked('Name', '0'))
  const filtered = sees(`[aria-label="Results ${title}"] .chip`, `1 of ${rowCount.toLocaleString('en-US')} rows`)
  const at = now()
  await page.getByRole('textbox', { name: 'Filter Number' }).fill(`=${rowCount / 2}`)
  values.filter.push((await filtered) - at)
  await page.getByRole('textbox', { name: 'Filter Number' }).fill('')
  await sees(`[aria-label="Results ${title}"] .chip`, `${rowCount.toLocaleString('en-US')} rows`)
  const jumped = now()
  await page.getByRole('grid').evaluate((element) => (element.scrollTop = element.scrollHeight / 2))
  values.scroll.push((await page.evaluate((name) => window.bench.when(() => {
    const cells = [...document.querySelectorAll(`[aria-label="Table ${name}"] .row [aria-colindex="1"]`)]
    return cells.length > 5 && cells.every((cell) => cell.textContent?.trim() !== '…') && Number(cells[0]!.closest('[aria-rowindex]')!.getAttribute('aria-rowindex')) > 1000
  }), title)) - jumped)
  await page.getByRole('button', { name: 'Close the table' }).click()
}

/** In the shell's place: asks for a table, and writes it. */
async function writeRows(shell: Socket, ask: number, title: string): Promise<void> {
  let answer = ''
  const listen = (data: Buffer) => (answer += data.toString())
  shell.on('data', listen)
  shell.write(`${JSON.stringify({ v: 1, type: 'grid', ask })}\n`)
  const offer = () => answer.split('\n').find((line) => line.includes('"type":"grid"') && line.includes(`"ask":${ask},`) && line.endsWith('}'))
  await until(() => offer() !== undefined, 'the connection of a table')
  shell.off('data', listen)
  const { path, nonce } = JSON.parse(offer()!) as { path: string; nonce: string }
  const pipe = connect(path)
  const say = (message: object) =>
    pipe.write(`${JSON.stringify({ v: 1, ...message })}\n`) ? Promise.resolve() : new Promise<void>((resolve) => pipe.once('drain', () => resolve()))
  await say({ type: 'hello', nonce })
  await say({ type: 'begin', title, selection: 'none' })
  for (let start = 0; start < rowCount; start += pageRows) {
    const rows = Array.from({ length: pageRows }, (_, at) => rowOf(start + at))
    await say({ type: 'rows', ...(start === 0 ? { columns: ['Number', 'Name', 'Size', 'When', 'Kind', 'IsShared'] } : {}), rows })
  }
  await say({ type: 'end', isStopped: false, leftOut: 0 })
  pipe.end()
}

const rowOf = (row: number) => [
  row,
  `user ${String(row).padStart(6, '0')} of the directory`,
  `1.2 GB (${(1_288_490_189 - row).toLocaleString('en-US')} bytes)`,
  ['d', 1_700_000_000_000 + row * 60_000, '2023-11-14 22:13:20'],
  ['UserMailbox', 'SharedMailbox', 'RoomMailbox'][row % 3],
  row % 2 === 0
]
