import { cmdletErrors } from './cmdlet-model.ts'

export type Predicate = (values: Record<string, unknown>) => boolean

/**
 * Reads an OPATH filter: `Property -eq 'value'` with -eq, -ne, -like, -notlike, -gt, -ge, -lt, -le, joined by -and,
 * -or, -not and parentheses. Throws a `CmdletError` where it can't be read.
 * https://learn.microsoft.com/powershell/exchange/filter-properties
 */
export function parseFilter(text: string): Predicate {
  const inner = text.trim().replace(/^\{([\s\S]*)\}$/, '$1')
  const tokens = inner.match(/'(?:[^']|'')*'|"[^"]*"|[()]|-[a-z]+|[^\s()]+/gi) ?? []
  const reader = new FilterReader(tokens, text)
  return reader.read()
}

const comparisons: Record<string, (actual: string, wanted: string) => boolean> = {
  '-eq': (actual, wanted) => actual === wanted,
  '-ne': (actual, wanted) => actual !== wanted,
  '-like': (actual, wanted) => wildcard(wanted).test(actual),
  '-notlike': (actual, wanted) => !wildcard(wanted).test(actual),
  '-gt': (actual, wanted) => compare(actual, wanted) > 0,
  '-ge': (actual, wanted) => compare(actual, wanted) >= 0,
  '-lt': (actual, wanted) => compare(actual, wanted) < 0,
  '-le': (actual, wanted) => compare(actual, wanted) <= 0
}

class FilterReader {
  private position = 0
  private readonly tokens: string[]
  private readonly text: string

  constructor(tokens: string[], text: string) {
    this.tokens = tokens
    this.text = text
  }

  read(): Predicate {
    const predicate = this.either()
    if (this.position < this.tokens.length) throw this.failure()
    return predicate
  }

  private either(): Predicate {
    let left = this.both()
    while (this.take('-or')) {
      const [first, second] = [left, this.both()]
      left = (values) => first(values) || second(values)
    }
    return left
  }

  private both(): Predicate {
    let left = this.one()
    while (this.take('-and')) {
      const [first, second] = [left, this.one()]
      left = (values) => first(values) && second(values)
    }
    return left
  }

  private one(): Predicate {
    if (this.take('-not')) {
      const negated = this.one()
      return (values) => !negated(values)
    }
    if (this.take('(')) {
      const inner = this.either()
      if (!this.take(')')) throw this.failure()
      return inner
    }
    return this.comparison()
  }

  private comparison(): Predicate {
    const property = this.tokens[this.position++]
    const operator = this.tokens[this.position++]?.toLowerCase()
    const value = this.tokens[this.position++]
    const test = operator === undefined ? undefined : comparisons[operator]
    if (property === undefined || value === undefined || !test) throw this.failure()
    const wanted = plain(value)
    return (values) => {
      const name = Object.keys(values).find((candidate) => candidate.toLowerCase() === property.toLowerCase())
      const actual = name === undefined ? undefined : values[name]
      if (Array.isArray(actual)) return actual.some((item) => test(normal(item), wanted))
      return test(normal(actual), wanted)
    }
  }

  private take(token: string): boolean {
    if (this.tokens[this.position]?.toLowerCase() !== token) return false
    this.position += 1
    return true
  }

  private failure() {
    return cmdletErrors.invalid(`Cannot bind parameter 'Filter' to the target. Exception setting "Filter": "Invalid filter syntax. For a description of the filter parameter syntax see the command help. "${this.text}""`)
  }
}

function plain(token: string): string {
  const unquoted = /^(['"])([\s\S]*)\1$/.exec(token)?.[2]?.replace(/''/g, "'") ?? token.replace(/^\$/, '')
  return unquoted.toLowerCase() === 'null' && unquoted !== token ? '' : unquoted.toLowerCase()
}

function normal(value: unknown): string {
  return value === null || value === undefined ? '' : String(value).replace(/^smtp:/i, '').toLowerCase()
}

/** Numbers and dates by size, everything else as text. */
function compare(actual: string, wanted: string): number {
  const [left, right] = [sizeOf(actual), sizeOf(wanted)]
  return Number.isNaN(left) || Number.isNaN(right) ? actual.localeCompare(wanted) : left - right
}

function sizeOf(text: string): number {
  if (text === '') return Number.NaN
  const number = Number(text)
  return Number.isNaN(number) ? Date.parse(text) : number
}

/** A pattern with `*` and `?` as a whole-text expression, in any case. */
export function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 'is')
}
