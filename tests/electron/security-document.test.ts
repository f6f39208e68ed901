import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** Electron's own list has so many points. */
const pointCount = 20

interface Row {
  number: number
  point: string
  setting: string
  file: string
  test: string
}

/** Electron's points begin with their number; those of our own have none. */
function rows(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim())
    const isNumbered = /^\d+$/.test(cells[0] ?? '')
    if (!line.startsWith('|') || /^(#|What|-+)$/.test(cells[0]!)) return []
    const [number, point = '', setting = '', test = ''] = isNumbered ? cells : ['0', ...cells]
    const at = test.indexOf(': ')
    return [{ number: Number(number), point, setting, file: test.slice(0, at), test: test.slice(at + 2) }]
  })
}

/** What is wrong with a row: it has no test, or the test that it names is not there or is skipped. */
function problemOf({ point, setting, file, test }: Row): string | null {
  if (!point || !setting) return 'it says nothing'
  if (!/^tests\/.+\.test\.ts$/.test(file) || !test) return 'it names no test'
  const source = readFileSync(file, 'utf8')
  // As a test's own name, or as a row of a table of tests.
  const isThere = source.includes(`'${test}'`)
  const isSkipped = source.includes(`it.skip('${test}'`) || source.includes(`it.todo('${test}'`)
  return isThere && !isSkipped ? null : `${file} has no test “${test}”`
}

describe('docs/security.md', () => {
  const table = rows(readFileSync('docs/security.md', 'utf8'))

  it('has every point of Electron’s checklist', () => {
    expect(table.map(({ number }) => number).filter((number) => number > 0)).toEqual(Array.from({ length: pointCount }, (_, index) => index + 1))
  })

  it.each(table.map((row) => [row.number || row.point, row] as const))('point %s is held by a test that is there', (_, row) => {
    expect(problemOf(row)).toBe(null)
  })

  it('names files that are there, and no setting without its file or reason', () => {
    for (const { setting } of table) for (const [, file] of setting.matchAll(/`((?:app|build)\/[^`]+)`/g)) expect(readFileSync(file!, 'utf8')).not.toBe('')
  })

  it.each(['| 21 | A point | A setting | |', '| A point | A setting | |', '| A point | A setting |', '| 21 | A point | A setting | tests/electron/host.test.ts: no such test |'])('a row without a test is found: %s', (line) => {
    expect(problemOf(rows(line)[0]!)).not.toBe(null)
  })
})
