import { z } from 'zod'
import type { Failure } from './contract.ts'
import { readNetworkProblem, type HttpAnswer } from './failures/network.ts'
import type { Reading } from './failures/reading.ts'
import { readShellProblem, type ShellStage } from './failures/shell.ts'
import { failureTable, type FailureCode, type FailureParameters, type FailureRow } from './failures/table.ts'
import { readTokenProblem, type TokenRequestFacts } from './failures/token-endpoint.ts'

export { failureTable, type FailureCode } from './failures/table.ts'

/** What an error may say beyond its row of the table. */
export interface FailureOptions {
  /** The form field it is about, where the row names none or another. */
  field?: string
  /** Seconds the service asked to wait. */
  retryAfter?: number
}

type ArgumentsOf<C extends FailureCode> = keyof FailureParameters<C> extends never
  ? [parameters?: Record<string, never>, options?: FailureOptions]
  : [parameters: FailureParameters<C>, options?: FailureOptions]

/**
 * The one error that crosses borders: a code of the failure table with its sentences filled in. What it says is fit
 * for the admin's eyes; it carries no cause and no stack of anything else.
 */
export class TenantryError extends Error {
  readonly code: FailureCode
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly field: string | undefined
  readonly action: FailureRow['action']
  /** Seconds the service asked to wait (429 and 5xx), where it said. */
  readonly retryAfter: number | undefined

  constructor(code: FailureCode, parameters: Record<string, string | number> = {}, options: FailureOptions = {}) {
    const row: FailureRow = failureTable[code]
    super(fill(row.message, parameters))
    this.name = 'TenantryError'
    this.code = code
    this.hint = row.hint === undefined ? undefined : fill(row.hint, parameters)
    this.retryable = row.retryable
    this.field = options.field ?? row.field
    this.action = row.action
    this.retryAfter = options.retryAfter
  }

  /** The shape that crosses to the window. */
  toFailure(): Failure {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      retryable: this.retryable,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.action === undefined ? {} : { action: this.action })
    }
  }

  /**
   * Anything thrown, as a failure. An error that no border has read becomes `internal` and names only its kind:
   * its own text could hold anything.
   */
  static from(error: unknown): TenantryError {
    if (error instanceof TenantryError) return error
    if (error instanceof z.ZodError) {
      return failure('bad-input', { what: error.issues[0]?.path.join('.') || 'its shape' })
    }
    if (error instanceof Error && error.name === 'AbortError') return failure('cancelled')
    return failure('internal', { what: kindOf(error) })
  }

  /** A refusal of the token endpoint: MSAL's error, or the endpoint's text. */
  static fromTokenEndpoint(error: unknown, facts: TokenRequestFacts = {}): TenantryError {
    return fromReading(readTokenProblem(error, facts))
  }

  /** What went wrong on the way to `host`, or an answer of it that is none. */
  static fromNetwork(problem: unknown, host: string): TenantryError {
    return fromReading(readNetworkProblem(problem, host))
  }

  /** What the session's shell said of a failed step on the way to `service`, by its name for people. */
  static fromShell(message: string, stage: ShellStage, service?: string): TenantryError {
    return fromReading(readShellProblem(message, stage, service))
  }
}

/** Makes an error of the table; a missing parameter of its sentences does not compile. */
export function failure<C extends FailureCode>(code: C, ...[parameters, options]: ArgumentsOf<C>): TenantryError {
  return new TenantryError(code, parameters as Record<string, string | number> | undefined, options)
}

/**
 * A refusal of the token endpoint, as an error of the table.
 *
 * @param error MSAL's error, or the endpoint's own text with its AADSTS code
 * @param facts what the sentences name
 */
export const fromTokenEndpoint = (error: unknown, facts?: TokenRequestFacts): TenantryError =>
  TenantryError.fromTokenEndpoint(error, facts)
/**
 * What went wrong on the way to a host, as an error of the table.
 *
 * @param problem what a `Network` threw, or its answer where that is none to go on with
 * @param host as sentences name it, without a scheme
 */
export const fromNetwork = (problem: unknown, host: string): TenantryError => TenantryError.fromNetwork(problem, host)
export type { HttpAnswer, ShellStage, TokenRequestFacts }

function fromReading(reading: Reading): TenantryError {
  const options = reading.retryAfter === undefined ? {} : { retryAfter: reading.retryAfter }
  return new TenantryError(reading.code, reading.parameters ?? {}, options)
}

function fill(sentence: string, parameters: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name] ?? '…'))
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? `${error.name}, ${code}` : error.name.slice(0, 40)
}
