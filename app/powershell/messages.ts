import { z } from 'zod'
import { serviceSchema } from '../contract.ts'
import type { ConnectFamily } from '../tokens/services.ts'

/** The version every message of the session pipe carries; another one fails with its own sentence. */
export const pipeVersion = 1

const base = { v: z.number().int() }
/** Of the app's message that this one answers. */
const answer = { ...base, id: z.number().int() }

/** What the shell says to the app, one JSON object a line. */
export const shellMessageSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('hello'),
    nonce: z.string().max(200),
    pid: z.number().int(),
    psVersion: z.string().max(60),
    edition: z.string().max(40)
  }),
  z.object({ ...answer, type: z.literal('prepared'), moduleVersion: z.string().max(60), seconds: z.number() }),
  z.object({
    ...answer,
    type: z.literal('connected'),
    service: serviceSchema,
    tenantId: z.string().max(80),
    organization: z.string().max(300),
    moduleVersion: z.string().max(60),
    seconds: z.number()
  }),
  z.object({
    ...base,
    /** Absent where nothing that was asked failed: Ctrl+C between two messages. */
    id: z.number().int().optional(),
    type: z.literal('failed'),
    service: serviceSchema.nullable(),
    stage: z.enum(['language', 'module', 'connect']),
    message: z.string().max(20_000),
    errorId: z.string().max(400)
  }),
  /**
   * A command left the prompt, or the prompt is back. `line` is what was typed, without secrets and cut at its end where
   * it was long: there only where `prepare` asked for it.
   */
  z.object({
    ...base,
    type: z.literal('command'),
    running: z.boolean(),
    line: z.string().max(100_000).optional(),
    cut: z.boolean().optional(),
    success: z.boolean().optional(),
    seconds: z.number().nonnegative().optional()
  }),
  /**
   * A new token took the old one's place; `at-prompt` where that can only be done before the next command, by
   * connecting anew, which `reconnected` tells.
   */
  z.object({ ...answer, type: z.literal('renewed'), service: serviceSchema, how: z.enum(['in-place', 'at-prompt', 'reconnected']) }),
  z.object({ ...answer, type: z.literal('renewal-refused'), service: serviceSchema, message: z.string().max(20_000) }),
  /** A command waits for a fresh token, since its own has expired. */
  z.object({ ...base, type: z.literal('needs-token') }),
  /** A command was refused with 401 or 403. */
  z.object({ ...base, type: z.literal('unauthorized') }),
  z.object({ ...answer, type: z.literal('disconnected') }),
  /** The first prompt takes keys from now on: the terminal is in the line editor's hands. */
  z.object({ ...base, type: z.literal('ready') })
])
export type ShellMessage = z.infer<typeof shellMessageSchema>

/** What the bootstrap needs before there is a token: the module to import and how the prompt looks. */
export interface PrepareMessage {
  type: 'prepare'
  tenantName: string
  /** `#rrggbb`. */
  colour: string
  /** `path`: a folder to import from, or the name of a module that comes with PowerShell, instead of looking for versions. */
  module: { name: string; path: string | null; pinnedVersion: string | null }
  /** Where the connect cmdlet may put its generated files; removed with the session. */
  temporaryFolder: string
  /** The shell tells of each command what it was, for the command log. */
  logCommands: boolean
}

/** Connects one service; `parameters` go to the connect cmdlet as they are. */
export interface ConnectMessage {
  type: 'connect'
  service: z.infer<typeof serviceSchema>
  accessToken: string
  /** Milliseconds since the epoch. */
  expiresOn: number
  organization: string
  /** Who signed in, where it was a person. */
  account: string | null
  /** The cmdlet that takes the token, and how its module keeps the connection. */
  command: string
  family: ConnectFamily
  parameters: Record<string, string | boolean>
  appName: string
}

export type AppMessage =
  | PrepareMessage
  | ConnectMessage
  /** No connection will come; the shell shows the sentence and goes to its prompt. */
  | { type: 'abandon'; message: string }
  | { type: 'disconnect' }
  /** A new token for a connected service; `expiresOn` in milliseconds since the epoch. Flat: the shell reads it by names. */
  | { type: 'token'; service: z.infer<typeof serviceSchema>; accessToken: string; expiresOn: number }
  /** No new token will come until something is done about it. */
  | { type: 'renewal-failed'; message: string }

/** The messages that are answered, and by what. Each carries an `id`, and so does its answer. */
export const answersTo = {
  prepare: ['prepared', 'failed'],
  connect: ['connected', 'failed'],
  token: ['renewed', 'renewal-refused'],
  disconnect: ['disconnected']
} as const satisfies Partial<Record<AppMessage['type'], ReadonlyArray<ShellMessage['type']>>>
