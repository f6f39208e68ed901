import type { FailureCode } from './table.ts'

/** What a border's normaliser made of something it was given: a row of the table, and what fills it. */
export interface Reading {
  code: FailureCode
  parameters?: Record<string, string | number>
  /** Seconds the service asked to wait. */
  retryAfter?: number
}

const longestQuote = 240

/**
 * Somebody else's text, fit to be quoted in one sentence: without trace ids, time stamps, tokens and keys, on one
 * line, shortened.
 */
export function quote(text: string): string {
  const cleaned = text
    .replace(/\b(Trace ID|Correlation ID|Timestamp|Request ID|Activity ID)\s*:\s*[^\r\n]*?(?=\s(?:-\s)?(?:Trace ID|Correlation ID|Timestamp)\b|[\r\n]|$)/gi, ' ')
    .replace(/\beyJ[\w-]{8,}(\.[\w-]+){0,2}/g, '…')
    .replace(/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, '…')
    .replace(/\bBearer\s+\S+/gi, 'Bearer …')
    // Escape sequences of a terminal are no part of a sentence.
    .replace(/\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/(\s-)+\s*$/, '')
    .trim()
  return cleaned.length > longestQuote ? `${cleaned.slice(0, longestQuote - 1).trimEnd()}…` : cleaned
}

/** The last AADSTS code of a text: the module glues a misleading one in front of others. */
export function lastAadsts(text: string): { code: string; from: number } | null {
  const last = [...text.matchAll(/AADSTS(\d{4,9})/g)].at(-1)
  return last ? { code: last[1]!, from: last.index } : null
}
