import { removed } from '../command-log/redact.ts'

/** Deeper than any error's causes that are worth reading. */
const maxDepth = 6
const maxEntries = 50
const secretKey = /pass(?!th)|pwd|secret|token|assertion|credential|verifier|private|pfx|authorization|cookie|nonce|(?:^|api|access|account|shared)key/i

/**
 * Anything that is logged, as text: an error with its stack, its causes and what it gathers; an object as JSON, without
 * the values of keys that are named like a secret, and without bytes.
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return describeError(value, 0)
  return JSON.stringify(plain(value, 0, new Set())) ?? String(value)
}

function describeError(error: Error, depth: number): string {
  const own = Object.entries(error).filter(([key]) => !['cause', 'errors', 'name', 'message', 'stack'].includes(key))
  const facts = own.length > 0 ? ` ${JSON.stringify(plain(Object.fromEntries(own), depth, new Set()))}` : ''
  const heading = `${error.name}: ${error.message}`
  const stack = error.stack?.includes(error.message) ? error.stack : `${heading}\n${error.stack ?? ''}`
  if (depth >= maxDepth) return heading + facts
  const gathered: unknown[] = error instanceof AggregateError ? error.errors : []
  const causes = [...(error.cause === undefined ? [] : [error.cause]), ...gathered].map((cause) => {
    return `\n  because of ${cause instanceof Error ? describeError(cause, depth + 1) : describe(cause)}`
  })
  return stack.trimEnd() + facts + causes.join('')
}

function plain(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') return String(value).slice(0, 100)
  if (typeof value !== 'object' || value === null) return value
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (seen.has(value) || depth > maxDepth) return '[…]'
  seen.add(value)
  if (value instanceof Error) return describeError(value, depth + 1)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Map || value instanceof Set) return plain([...value], depth, seen)
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry) => plain(entry, depth + 1, seen))
  const entries = Object.entries(value).slice(0, maxEntries)
  return Object.fromEntries(entries.map(([key, entry]) => [key, secretKey.test(key) && entry !== null ? removed : plain(entry, depth + 1, seen)]))
}
