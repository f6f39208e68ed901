import type { GridColumnKind } from '../contract.ts'
import { keyIn, type Cell } from './cell.ts'

/** Whether a value passes; null is the empty cell. */
export type Test = (cell: Cell | null) => boolean

const operators = /^(>=|<=|!=|<>|>|<|=|!)\s*(.*)$/s
const units: Record<string, number> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40, pb: 2 ** 50 }

/**
 * Reads what was typed into a column's filter: a part of the text (`*` stands for anything), `=whole text`, `!part`,
 * `=` for empty and `!=` for filled cells, and of numbers, dates, spans and sizes `>10`, `<=2024-03-01`, `>1.5 GB`.
 * Upper and lower case are the same.
 *
 * @returns a sentence where it can't be compared
 */
export function readFilter(typed: string, kind: GridColumnKind | null): Test | string | null {
  const text = typed.trim()
  if (text === '') return null
  const [, operator = '', rest = text] = operators.exec(text) ?? []
  const value = rest.trim()
  if (operator === '=' && value === '') return (cell) => cell === null
  if ((operator === '!=' || operator === '<>') && value === '') return (cell) => cell !== null
  if (operator === '!') return negated(containing(value))
  if (operator === '') return containing(value)
  const isNumeric = kind === 'number' || kind === 'date' || kind === 'time' || kind === 'size'
  const span = isNumeric ? readValue(value, kind) : null
  if (operator === '=' || operator === '!=' || operator === '<>') {
    const equal = span ? between(span, kind) : matching(value, true)
    return operator === '=' ? equal : negated(equal)
  }
  if (!isNumeric || /^unlimited$/i.test(value)) return comparedAsText(operator, value, kind)
  return span ? compared(operator, span, kind) : `“${value}” is no ${kindWords[kind]}.`
}

const kindWords = { number: 'number', date: 'date (write it as 2024-03-31)', time: 'span of time (write it as 1.02:30:00)', size: 'size (write it as 1.5 GB)' }

const negated = (test: Test): Test => (cell) => !test(cell)
const containing = (value: string) => matching(value, false)

function matching(value: string, isWhole: boolean): Test {
  const wanted = value.toLowerCase()
  if (!wanted.includes('*')) {
    return isWhole ? (cell) => anyText(cell, (text) => text === wanted) : (cell) => cell !== null && cell.text.toLowerCase().includes(wanted)
  }
  // Parts in their order: a pattern of stars would cost an expression its time.
  const parts = wanted.split('*')
  return (cell) => anyText(cell, (text) => hasParts(text, parts, isWhole))
}

function anyText(cell: Cell | null, test: (text: string) => boolean): boolean {
  if (cell === null) return false
  return test(cell.text.toLowerCase()) || (cell.items?.some((item) => test(item.toLowerCase())) ?? false)
}

function hasParts(text: string, parts: string[], isWhole: boolean): boolean {
  let from = 0
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    const found = isWhole && isLast ? text.lastIndexOf(part) : text.indexOf(part, from)
    if (found < from || (isWhole && at === 0 && found > 0)) return false
    from = found + part.length
  }
  return !isWhole || from === text.length
}

/** What was typed as a value of the kind: all that it may mean, since "2024-03" is a whole month. */
interface Span {
  from: number
  to: number
}

function readValue(text: string, kind: 'number' | 'date' | 'time' | 'size'): Span | null {
  const exactly = (value: number) => (Number.isNaN(value) ? null : { from: value, to: value })
  if (kind === 'date') return readDate(text)
  if (kind === 'time') return readSpan(text)
  const plain = text.replace(/[,\u00a0\u202f_ ](?=\d{3}(\D|$))/g, '')
  const size = /^(-?\d*\.?\d+)\s*([kmgtp]?b)?$/i.exec(plain)
  if (kind === 'size' && size) return exactly(Number(size[1]) * (units[size[2]?.toLowerCase() ?? 'b'] ?? 1))
  return plain === '' ? null : exactly(Number(plain))
}

function readDate(text: string): Span | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?)?)?$/.exec(text) ?? []
  if (year === undefined) return null
  const parts = [year, month, day, hour, minute, second].map((part) => (part === undefined ? undefined : Number(part)))
  const last = parts.filter((part) => part !== undefined).length - 1
  /** The moment that was typed, or the one after all that it means. */
  const at = (more: 0 | 1) => {
    const [y = 1, m = 1, d = 1, h = 0, min = 0, s = 0] = parts.map((part, index) => (part === undefined ? undefined : part + (index === last ? more : 0)))
    return Date.UTC(y, m - 1, d, h, min, s)
  }
  const from = at(0)
  return Number.isNaN(from) ? null : { from, to: at(1) - 1 }
}

function readSpan(text: string): Span | null {
  const [, days = '0', hours, minutes, seconds = '0'] = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (hours === undefined) return null
  const value = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return { from: value, to: value }
}

/** What a cell is compared by: of a date the clock that it shows, in whichever zone that is. */
function shownKey(cell: Cell | null, kind: GridColumnKind): number | null {
  if (cell?.kind === 'date') return Date.parse(`${cell.text.slice(0, 19).replace(' ', 'T')}Z`)
  return cell && keyIn(cell, kind)
}

function between({ from, to }: Span, kind: GridColumnKind | null): Test {
  return (cell) => {
    const key = shownKey(cell, kind ?? 'text')
    return key !== null && key >= from && key <= to
  }
}

function compared(operator: string, { from, to }: Span, kind: GridColumnKind): Test {
  return (cell) => {
    const key = shownKey(cell, kind)
    if (key === null) return false
    if (operator === '>') return key > to
    if (operator === '>=') return key >= from
    return operator === '<' ? key < from : key <= to
  }
}

function comparedAsText(operator: string, value: string, kind: GridColumnKind | null): Test {
  const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })
  return (cell) => {
    if (cell === null) return false
    const order = kind && keyIn(cell, kind) === Infinity ? 1 : collator.compare(cell.text, value)
    if (operator === '>') return order > 0
    if (operator === '>=') return order >= 0
    return operator === '<' ? order < 0 : order <= 0
  }
}
