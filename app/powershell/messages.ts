import { z } from 'zod'
import { serviceSchema } from '../contract.ts'
import type { GuardRules } from '../guard/rules.ts'
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
  /** It waits no longer. `keys` was typed ahead of it and read while it waited: it belongs to what comes now. */
  z.object({ ...base, type: z.literal('waited'), keys: z.string().max(20_000) }),
  /** A service refused a command: with 401 or 403, or as one that is not made for an app. Comes before the command's end. */
  z.object({ ...base, type: z.literal('refused'), message: z.string().max(4000) }),
  z.object({ ...answer, type: z.literal('disconnected') }),
  /** A command that changes data waits for an answer; `ask` is its number. */
  z.object({
    ...base,
    type: z.literal('guard'),
    ask: z.number().int(),
    command: z.string().max(200),
    objects: z.array(z.string().max(400)).max(20),
    more: z.number().int(),
    fromPipeline: z.boolean(),
    parameters: z.array(z.string().max(200)).max(60),
    /** Of a run: what its script is known to change data with. */
    commands: z.array(z.string().max(200)).max(50).optional()
  }),
  /** It waits no more: Ctrl+C. */
  z.object({ ...base, type: z.literal('guard-withdrawn'), ask: z.number().int() }),
  /** It is ready for a session; `problem` where its module could not be imported. */
  z.object({ ...answer, type: z.literal('warmed'), problem: z.string().max(20_000).nullable(), refusal: z.string().max(20_000).nullable() }),
  /** The first prompt takes keys from now on: the terminal is in the line editor's hands. */
  z.object({ ...base, type: z.literal('ready') }),
  /** Out-TenantGrid asks for a connection; `ask` names it in the app's answer. */
  z.object({ ...base, type: z.literal('grid'), ask: z.number().int() }),
  /** Why PowerShell can't read a text, percent-encoded, and in which of its lines; null where it can. */
  z.object({
    ...answer,
    type: z.literal('parsed'),
    line: z.number().int(),
    problem: z.string().max(20_000).nullable(),
    /** Of a run's script: beginnings and ends of the secrets in it, from the end. */
    secrets: z.array(z.number().int().min(0)).optional()
  }),
  /** A run's script has ended; `problem` is the error that ended it, and `sentences` are the first of its `errors`. */
  z.object({
    ...answer,
    type: z.literal('ran'),
    isStopped: z.boolean(),
    problem: z.string().max(2000).nullable(),
    errors: z.number().int(),
    sentences: z.array(z.string().max(2000)).max(10),
    seconds: z.number().nonnegative()
  }),
  /** The service's commands that a run's script calls; null where it may call any. */
  z.object({ ...base, type: z.literal('needed'), commands: z.array(z.string().max(200)).max(50).nullable() }),
  /** What became of the last command's result, and (`failed`) why. */
  z.object({ ...answer, type: z.literal('last-shown'), reason: z.enum(['shown', 'nothing', 'formatted', 'failed']), message: z.string().max(20_000).nullable() })
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
  /** A transcript is kept: each command is marked without its secrets too. */
  transcribe: boolean
  /** Said before the tenant's name in prompt and title. */
  badges: string[]
  guard: GuardRules | null
  /** Ends each mark that the shell puts into its output (app/shell-marks.ts): another one for every shell. */
  markNonce: string
  /** Where PSReadLine keeps what is typed; null: nowhere. */
  historyFile: string | null
  /** Lines are read so that a screen reader can follow. */
  screenReader: boolean
  /** Where a shell goes that was started before its session was known; null: it is there. */
  workingFolder: string | null
}

/** Makes a shell ready that no session wants yet; nothing in it is of a tenant. */
export interface WarmMessage {
  type: 'warm'
  module: PrepareMessage['module']
  /** A connect that fails, so that .NET compiles its way; null where the service's module has none. */
  connect: { command: string; parameters: Record<string, string | boolean>; accessToken: string } | null
  temporaryFolder: string
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
  parameters: Record<string, string | boolean | readonly string[]>
  appName: string
}

export type AppMessage =
  | PrepareMessage
  | WarmMessage
  | ConnectMessage
  /** No connection will come; the shell shows the sentence and goes to its prompt. */
  | { type: 'abandon'; message: string }
  | { type: 'disconnect' }
  /** A new token for a connected service; `expiresOn` in milliseconds since the epoch. Flat: the shell reads it by names. */
  | { type: 'token'; service: z.infer<typeof serviceSchema>; accessToken: string; expiresOn: number }
  /** Where a table's rows go, and the nonce that they begin with; or why there is no such place. */
  | { type: 'grid'; ask: number; path: string; nonce: string }
  | { type: 'grid-refused'; ask: number; message: string }
  /** Asks whether PowerShell can read a text, and a run's shell where secrets stand in it. Flat, as the token's. */
  | { type: 'parse'; text: string; secrets?: boolean }
  /** Runs the script of a run, once connected, and tells (`needed`) what it needs where nobody knows yet; `stop` ends it as Ctrl+C would. */
  | { type: 'run'; script: string; needs: boolean }
  | { type: 'stop' }
  /** Asks for the last command's result as a table. */
  | { type: 'show-last' }
  /** `quietUntil`: milliseconds since the epoch until when nothing is asked, 0 for none. Flat, as the token's. */
  | { type: 'guard-answer'; ask: number; answer: 'run' | 'run-each' | 'refuse'; quietUntil: number }
  | { type: 'guard-quiet'; quietUntil: number }
  /** How lines are read from the next prompt on. */
  | { type: 'screen-reader'; mode: 'on' | 'off' }
  /** No new token will come until something is done about it. */
  | { type: 'renewal-failed'; message: string }

/** The messages that are answered, and by what. Each carries an `id`, and so does its answer. */
export const answersTo = {
  prepare: ['prepared', 'failed'],
  warm: ['warmed'],
  connect: ['connected', 'failed'],
  token: ['renewed', 'renewal-refused'],
  parse: ['parsed'],
  run: ['ran'],
  'show-last': ['last-shown'],
  disconnect: ['disconnected']
} as const satisfies Partial<Record<AppMessage['type'], ReadonlyArray<ShellMessage['type']>>>
