import type { GridColumnKind } from '../contract.ts'

/** One value of a table: what is shown, and what it is sorted and compared by. */
export interface Cell {
  kind: GridColumnKind | 'problem'
  text: string
  /** Numbers, dates (milliseconds since the epoch), spans (milliseconds), sizes (bytes) and booleans; null for what is text. */
  key: number | null
  /** The values of a list. */
  items?: string[]
  /** How long it was, where what is kept is its beginning; null where nobody knows. */
  cutFrom?: number | null
}

/** Exchange's way to write a size; with the bytes in it, whatever the unit before them says. */
const exchangeSize = /^-?[\d.,]+\s?[KMGTP]?B \((-?[\d.,\u00a0\u202f ]+) bytes\)$/i
/** What stands for "no limit" among sizes and numbers. */
const unlimited = /^unlimited$/i

/** The bytes in a size as Exchange writes it ("1.2 GB (1,288,490,189 bytes)"); null for any other text. */
export function bytesIn(text: string): number | null {
  const digits = text.length < 80 ? exchangeSize.exec(text)?.[1]?.replace(/[^\d-]/g, '') : undefined
  return digits ? Number(digits) : null
}

/** A cell as the shell sends it, read; null for an empty one. What is none becomes a problem that says so. */
export function readCell(sent: unknown): Cell | null {
  switch (typeof sent) {
    case 'string': {
      if (sent === '') return null
      const bytes = bytesIn(sent)
      return bytes === null ? { kind: 'text', text: sent, key: null } : { kind: 'size', text: sent, key: bytes }
    }
    case 'number':
      return { kind: 'number', text: String(sent), key: sent }
    case 'boolean':
      return { kind: 'boolean', text: sent ? 'True' : 'False', key: Number(sent) }
    default:
      return sent === null ? null : Array.isArray(sent) ? readTagged(sent) : broken
  }
}

const broken: Cell = { kind: 'problem', text: 'This value could not be read.', key: null }

function readTagged([tag, first, second]: unknown[]): Cell | null {
  if (tag === 'd' && typeof first === 'number' && typeof second === 'string') return { kind: 'date', text: second, key: first }
  if (tag === 't' && typeof first === 'number' && typeof second === 'string') return { kind: 'time', text: second, key: first }
  if (tag === 'n' && typeof first === 'string') return { kind: 'number', text: first, key: numberOf(first) }
  if (tag === 'e' && typeof first === 'string') return { kind: 'problem', text: first, key: null }
  if (tag === 'x' && typeof first === 'string' && typeof second === 'number') return { kind: 'text', text: first, key: null, cutFrom: second }
  if (tag !== 'l' || !Array.isArray(first)) return broken
  const items = first.map(String)
  if (items.length === 0 && !second) return null
  return { kind: 'list', text: items.join(', '), key: null, items, ...(second ? { cutFrom: null } : {}) }
}

function numberOf(text: string): number {
  if (/^-?(infinity|∞)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}

/** What a cell is sorted by among others of a column of `kind`: an unlimited size is above all that have a limit. */
export function keyIn(cell: Cell, kind: GridColumnKind): number | null {
  if (cell.key !== null) return Number.isNaN(cell.key) ? null : cell.key
  return (kind === 'size' || kind === 'number') && unlimited.test(cell.text) ? Infinity : null
}

/** The kind of a column that had cells of one kind, and gets one of another: text where they do not go together. */
export function kindOfBoth(column: GridColumnKind | null, cell: Cell): GridColumnKind | null {
  if (cell.kind === 'problem' || cell.kind === column) return column
  if (column === null) return cell.kind
  // A column of lists has single values too, and one of sizes or numbers has some without a limit.
  if (cell.kind === 'text') return column === 'list' || ((column === 'size' || column === 'number') && unlimited.test(cell.text)) ? column : 'text'
  return cell.kind === 'list' && column === 'text' ? 'list' : cell.kind === 'size' && column === 'number' ? 'size' : 'text'
}
