import { z } from 'zod'
import { longestTabName, readLayout, type Layout } from './arrangement.ts'
import { longestRunScript, mostAtOnce, mostRunTenants, runExportSignIns, runExportTargets, runTenantStates, services, usualAtOnce } from './contract-values.ts'
import type { ByteStream } from './frames.ts'
import { settingKeys, type SettingKey, type SettingValues } from './settings/table.ts'

export * from './arrangement.ts'
export * from './contract-values.ts'
export * from './frames.ts'
export * from './settings/table.ts'

/*
 * Everything that crosses between the main process and the window: the calls, the events, the frames of a
 * session's byte stream, and the shapes inside them. Types on both sides are inferred from here.
 * Nothing in a call's output or in an event may hold a secret, a private key or an access token.
 */

// ---- shapes -------------------------------------------------------------------------------------

/** One failure as the admin reads it: what happened, and what to do next. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean(),
  /** The field of a form the failure belongs to, where it is about input. */
  field: z.string().optional(),
  /** `sign-in`: an account signs in again, which the window offers. */
  action: z.enum(['sign-in']).optional()
})
export type Failure = z.infer<typeof failureSchema>

export const cloudIds = ['worldwide', 'gcchigh', 'dod', 'china', 'custom', 'demo'] as const
export const cloudIdSchema = z.enum(cloudIds)
export type CloudId = z.infer<typeof cloudIdSchema>

/** Hosts of a cloud that is not in the table; https host names without scheme or path. */
export const customCloudSchema = z.object({
  loginHost: z.string(),
  exchangeHost: z.string(),
  complianceHost: z.string().default(''),
  graphHost: z.string().default('')
})

export const serviceSchema = z.enum(services)
export type Service = z.infer<typeof serviceSchema>

/** A session over remote PowerShell, as Exchange Online took it until October 2023: an endpoint of the admin's own. */
export const remotePowerShellSchema = z.object({
  connectionUri: z.string().max(1000),
  /** The endpoint may send the session, and its token, on to another host. */
  allowRedirection: z.boolean().default(false)
})

export const environmentSchema = z.enum(['production', 'test', 'lab'])
export const signInKindSchema = z.enum(['secret', 'store', 'pfx', 'account'])
export type SignInKind = z.infer<typeof signInKindSchema>

const colourSchema = z.string().regex(/^#[0-9a-f]{6}$/i)

/** One tenant. `tenantId` is pinned when the profile is saved; `initialDomain` is what Exchange itself says. */
export const profileSchema = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(120),
  group: z.string().max(120).default(''),
  domain: z.string().min(1).max(255),
  tenantId: z.guid().nullable(),
  initialDomain: z.string().max(255).nullable().default(null),
  cloud: cloudIdSchema,
  customCloud: customCloudSchema.nullable().default(null),
  signInId: z.uuid().nullable(),
  services: z.array(serviceSchema).min(1),
  colour: colourSchema,
  environment: environmentSchema,
  workingFolder: z.string().max(4096).default(''),
  loadPowerShellProfile: z.boolean().default(false),
  /** Of ExchangeOnlineManagement. */
  moduleVersion: z.string().max(40).default(''),
  /** Compliance sessions are opened for eDiscovery's searches (`-EnableSearchOnlySession`). */
  searchOnlySession: z.boolean().optional(),
  /** Exchange sessions go over this instead of the module. */
  remotePowerShell: remotePowerShellSchema.nullable().optional(),
  notes: z.string().max(20_000).default(''),
  /** Whether its commands go into the command log; not said, they do in production. */
  logCommands: z.boolean().optional(),
  /** Its sessions have only the commands that read. */
  readOnly: z.boolean().optional(),
  /** What its sessions show is written to a file. */
  keepTranscript: z.boolean().optional()
})
export type Profile = z.infer<typeof profileSchema>

/** A profile as the editor sends it: without what the main process decides (id of a new one, pinned ids). */
export const profileDraftSchema = profileSchema
  .omit({ id: true, tenantId: true, initialDomain: true, signInId: true })
  .extend({ id: z.uuid().optional() })
export type ProfileDraft = z.infer<typeof profileDraftSchema>

/** Who signed in; `tenantId` is the account's home, which a partner's customers are not. */
export const accountSchema = z.object({ username: z.string().max(400), name: z.string().max(400), tenantId: z.string().max(60) })
export type Account = z.infer<typeof accountSchema>


/** What proves who we are, as the window sees it: facts about the secret, never the secret. */
export const signInViewSchema = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(120),
  clientId: z.guid(),
  kind: signInKindSchema,
  askEachTime: z.boolean(),
  /** A credential is stored (or held for this run), so that a connection needs nothing typed. */
  ready: z.boolean(),
  certificate: z
    .object({ thumbprint: z.string(), subject: z.string(), notAfter: z.string() })
    .nullable(),
  account: accountSchema.nullable(),
  /** When the credential ends; null where that is not known, or where nothing ends. */
  expiry: z
    .object({
      /** ISO 8601, a day alone where a person typed it; null: it is over, and since when is not known. */
      notAfter: z.string().nullable(),
      source: z.enum(['certificate', 'typed', 'graph', 'refused']),
      /** Whole days left by the main process's clock, negative where it is over. */
      daysLeft: z.number().int().nullable(),
      /** At most 30, 14, 7, 1 days left; over. */
      urgency: z.enum(['later', 'month', 'fortnight', 'week', 'day', 'over'])
    })
    .nullable(),
  usedBy: z.number().int()
})
export type SignInView = z.infer<typeof signInViewSchema>

/** The day that a client secret ends on, as typed; null where that is not known. Not said, it stays as it was. */
const expiresOnSchema = z.string().max(40).nullable().optional()

export const signInDraftSchema = z.object({
  name: z.string().max(120).default(''),
  clientId: z.string(),
  kind: signInKindSchema,
  askEachTime: z.boolean().default(false),
  expiresOn: expiresOnSchema
})

/** A secret on its way into the main process; it never comes back. */
export const credentialInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('secret'), secret: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('pfx'), pfxBase64: z.string().min(1).max(1_000_000), password: z.string().max(1024) }),
  z.object({ kind: z.literal('store'), thumbprint: z.string().regex(/^[0-9a-f]{40}$/i) }),
  /** What `accounts.signIn` answered: the main process holds the rest. */
  z.object({ kind: z.literal('account'), signedIn: z.uuid() })
])
export type CredentialInput = z.infer<typeof credentialInputSchema>

/** A certificate in the OS store, for the picker. `thumbprint` is SHA-1 in upper-case hex, `notAfter` ISO 8601. */
export const storeCertificateSchema = z.object({
  thumbprint: z.string(),
  subject: z.string(),
  notAfter: z.string(),
  location: z.enum(['CurrentUser', 'LocalMachine']),
  keyKind: z.string(),
  canSign: z.boolean(),
  problem: z.string().optional()
})
export type StoreCertificate = z.infer<typeof storeCertificateSchema>

export const resolvedTenantSchema = z.object({ tenantId: z.guid(), cloud: cloudIdSchema, cloudLabel: z.string(), authority: z.string() })

const cloudViewSchema = z.object({ id: cloudIdSchema, label: z.string() })

/** What the window's frame shows of the machine it runs on. */
export const appStateSchema = z.object({
  version: z.string(),
  host: z.enum(['electron', 'preview']),
  platform: z.string(),
  powershell: z
    .object({ path: z.string(), version: z.string(), edition: z.string(), standIn: z.boolean() })
    .nullable(),
  /** Why there is no usable PowerShell, and the command that installs one. */
  powershellProblem: z.object({ failure: failureSchema, installCommand: z.string().nullable() }).nullable(),
  /** The modules that sessions connect with, and the newest installed version of each. */
  modules: z.array(z.object({ name: z.string(), services: z.array(serviceSchema), version: z.string().nullable() })),
  /** What Microsoft says against a service on this kind of computer. */
  cautions: z.array(z.object({ service: serviceSchema, sentence: z.string() })),
  keychain: z.object({ available: z.boolean(), name: z.string(), reason: z.string().nullable() }),
  clouds: z.array(cloudViewSchema),
  /** Which authorities Tenantry's own requests trust beyond Node's: the system's (null where this Node can't read them), and a chosen file's. */
  trust: z.object({
    systemCertificates: z.number().int().nullable(),
    file: z.object({ path: z.string(), subjects: z.array(z.string()), problem: failureSchema.nullable() }).nullable()
  }),
  notices: z.array(z.object({ id: z.string(), level: z.enum(['info', 'warning', 'error']), text: z.string() }))
})
export type AppState = z.infer<typeof appStateSchema>

export const updateChannelSchema = z.enum(['stable', 'beta'])
export type UpdateChannel = z.infer<typeof updateChannelSchema>

/** Where an update is. `notes` are plain text of whoever published it. */
export const updateStateSchema = z.object({
  phase: z.enum(['off', 'idle', 'checking', 'downloading', 'ready', 'failed']),
  channel: updateChannelSchema,
  /** Why it is off. */
  reason: z.string().nullable(),
  version: z.string().nullable(),
  notes: z.string(),
  percent: z.number().nullable(),
  /** Milliseconds since the epoch. */
  checkedAt: z.number().nullable(),
  failure: failureSchema.nullable()
})
export type UpdateState = z.infer<typeof updateStateSchema>

/** `restored`: its tab was open when Tenantry ended; it connects when it is opened. */
export const sessionPhases = ['restored', 'starting', 'signing-in', 'connecting', 'connected', 'failed', 'closed'] as const

/** What a command that is about to change data asks of the person. */
export const guardQuestionSchema = z.object({
  id: z.uuid(),
  command: z.string(),
  /** What it is about, as far as that is known: `Identity: anna`. */
  objects: z.array(z.string()),
  /** How many more there are. */
  more: z.number().int(),
  /** Its objects come from a pipeline, and nobody knows which they will be. */
  fromPipeline: z.boolean(),
  /** The names of the other parameters, never their values. */
  parameters: z.array(z.string())
})
export type GuardQuestion = z.infer<typeof guardQuestionSchema>

/** One session as the window sees it. Times are milliseconds since the epoch. */
export const sessionViewSchema = z.object({
  id: z.uuid(),
  profileId: z.uuid(),
  /** What it is connected to; a profile with several services has a session for each. */
  service: serviceSchema,
  name: z.string(),
  colour: z.string(),
  /** Null where it is of no tenant. */
  environment: environmentSchema.nullable(),
  isReadOnly: z.boolean(),
  phase: z.enum(sessionPhases),
  /** When this phase began. */
  since: z.number(),
  /** One sentence on what is happening, e.g. "Asking login.microsoftonline.com for a token". */
  detail: z.string(),
  openedAt: z.number(),
  /** From the click to the connected prompt. */
  connectSeconds: z.number().nullable(),
  failure: failureSchema.nullable(),
  tenant: z.object({
    id: z.string().nullable(),
    organization: z.string().nullable(),
    /** What Exchange itself said of the tenant. */
    proof: z.enum(['pending', 'proven', 'unconfirmed', 'refused'])
  }),
  /** By this computer's clock, however wrong it is. */
  tokenExpiresOn: z.number().nullable(),
  /** How the token is kept fresh; null before the first connection. */
  renewal: z
    .object({
      /** `at-prompt`: the new token is there and taken over before the next command; `failing`: tried again at `retryAt`. */
      state: z.enum(['fresh', 'renewing', 'at-prompt', 'failing', 'stopped']),
      renewedAt: z.number().nullable(),
      problem: failureSchema.nullable(),
      retryAt: z.number().nullable()
    })
    .nullable(),
  /** How far this computer's clock is from the login service's, where that is more than two minutes. */
  clockSkewSeconds: z.number().nullable(),
  moduleVersion: z.string().nullable(),
  powershellVersion: z.string().nullable(),
  standIn: z.boolean(),
  /** A command is running in the shell. */
  busy: z.boolean(),
  /** The shell process is alive and can be typed into. */
  alive: z.boolean(),
  canReconnect: z.boolean(),
  /** What ended while nobody looked, as a sentence. */
  unseen: z.string().nullable(),
  /** The file that what it shows is written to, and why it is not; null where its profile keeps none. */
  transcript: z.object({ path: z.string().nullable(), problem: z.string().nullable() }).nullable(),
  /** Asks before data is changed; null where nobody is asked. `quietUntil`: not before then; `pauseMinutes`: how long "not again" is. */
  guard: z.object({ question: guardQuestionSchema.nullable(), quietUntil: z.number().nullable(), pauseMinutes: z.number() }).nullable()
})
export type SessionView = z.infer<typeof sessionViewSchema>

/** One row of an import before it is taken: what it would become, or why it can't. */
export const importRowSchema = z.object({
  line: z.number().int(),
  name: z.string(),
  domain: z.string(),
  tenantId: z.string().nullable(),
  signIn: z.string(),
  outcome: z.enum(['new', 'merge', 'invalid']),
  problem: z.string().nullable()
})
export type ImportRow = z.infer<typeof importRowSchema>

const levelSchema = z.enum(['good', 'warning', 'bad'])
const milliseconds = z.number().nullable()

/** A permission, a directory role or a scope that is (or is not) in a token, and what it allows. */
const grantSchema = z.object({
  name: z.string(),
  id: z.string().nullable(),
  allows: z.string(),
  state: z.enum(['granted', 'assigned', 'consented', 'missing', 'unknown']),
  level: levelSchema.nullable()
})

/** What a token is and what it allows, in words: its claims, and neither the token nor its signature. */
export const explanationSchema = z.object({
  /** One sentence, the names in it, and what to do next. */
  verdict: z.object({ level: levelSchema, sentence: z.string(), names: z.array(z.string()), next: z.string().nullable() }),
  /** Milliseconds since the epoch; `judgedAt` is what the clock of the authority said, where that is known. */
  life: z.object({
    state: z.enum(['valid', 'expired', 'not-yet', 'unknown']),
    issuedAt: milliseconds,
    notBefore: milliseconds,
    expiresOn: milliseconds,
    renewsAt: milliseconds,
    judgedAt: z.number()
  }),
  facts: z.array(z.object({ name: z.string(), value: z.string(), detail: z.string().nullable(), level: levelSchema.nullable() })),
  permissions: z.array(grantSchema),
  directoryRoles: z.array(grantSchema),
  scopes: z.array(grantSchema),
  /** Microsoft's word on this way of signing in; `asOf` is ISO 8601. */
  support: z.object({ level: levelSchema, sentence: z.string(), link: z.url(), asOf: z.iso.date() }).nullable(),
  reminder: z.string().nullable(),
  /** `at` where the value is a time. */
  claims: z.array(z.object({ name: z.string(), meaning: z.string().nullable(), value: z.string(), at: milliseconds })),
  /** All claims as JSON, to copy. */
  claimsJson: z.string()
})
export type Explanation = z.infer<typeof explanationSchema>

export const checkStepIds = [
  'login', 'service', 'tenant', 'sign-in', 'permission', 'role', 'clock', 'powershell', 'module', 'connect', 'probe', 'management'
] as const

/** One step of a check: what was found, what shows it, and what to do. */
export const checkStepSchema = z.object({
  id: z.enum(checkStepIds),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'good', 'warning', 'bad', 'skipped']),
  /** How long it took; null where it did not run. */
  milliseconds: z.number().int().nullable(),
  /** One sentence; of a skipped step its reason. */
  evidence: z.string(),
  details: z.array(z.string()),
  /** `commands` are to be copied and run by whoever may; Tenantry runs none of them. */
  fixes: z.array(z.object({ text: z.string(), commands: z.string().nullable() }))
})
export type CheckStep = z.infer<typeof checkStepSchema>

/** One command as the command log has it. `at` is when it began, ISO 8601. */
export const loggedCommandSchema = z.object({
  at: z.iso.datetime(),
  /** The account of the operating system. */
  user: z.string(),
  profile: z.string(),
  service: serviceSchema,
  tenantId: z.string(),
  /** The client id that signed in. */
  app: z.string(),
  /** The id (`uti`) of the token in use, by which Microsoft's own logs know it. */
  uti: z.string(),
  /** Without secrets. */
  command: z.string(),
  /** It was longer than what is kept. */
  cut: z.boolean(),
  /** Null where its end was not seen: it ended the shell, or the shell was ended. */
  success: z.boolean().nullable(),
  seconds: z.number()
})
export type LoggedCommand = z.infer<typeof loggedCommandSchema>

/** Which commands of the log are meant: those with every word of `search`, of one profile's tenant, that failed. */
export const commandFilterSchema = z.object({
  search: z.string().max(1000),
  tenantId: z.string().max(80).optional(),
  onlyFailed: z.boolean().default(false)
})

/** What the application's menu asks of the window. */
export const menuItemSchema = z.enum([
  'palette', 'new-profile', 'import', 'export', 'sign-ins', 'save-scrollback', 'close-session', 'snippets', 'runs', 'broadcast', 'guide', 'shortcuts', 'settings', 'explain-token', 'expiry', 'commands', 'lock', 'network',
  'updates', 'diagnostics', 'notices'
])
export type MenuItem = z.infer<typeof menuItemSchema>

/** Minutes without use after which the window locks; null for never. */
export const lockMinutesSchema = z.number().int().min(1).max(480).nullable()

/** A piece of PowerShell that a person keeps: of one profile, or (null) for all. What is asked for in it is told by app/snippets/text.ts. */
export const snippetSchema = z.object({
  id: z.uuid(),
  profileId: z.uuid().nullable(),
  name: z.string().min(1).max(120),
  text: z.string().min(1).max(100_000)
})
export type Snippet = z.infer<typeof snippetSchema>

/** For which tenant a person signs in. */
const accountTargetSchema = z.union([
  z.object({ profileId: z.uuid() }),
  z.object({ signInId: z.uuid() }),
  z.object({ domain: z.string(), cloud: cloudIdSchema, customCloud: customCloudSchema.nullable() })
])
export type AccountTarget = z.infer<typeof accountTargetSchema>

export const settingKeySchema = z.enum(settingKeys as [SettingKey, ...SettingKey[]])

/** What a person chose; app/settings/table.ts has the settings themselves. */
export const settingsViewSchema = z.object({
  /** What holds: of every setting the value in use. */
  values: z.custom<SettingValues>((value) => typeof value === 'object' && value !== null),
  /** Those that have another value than their default. */
  changed: z.array(settingKeySchema),
  /** What stands in the file and counts as not there: what it is, and the rest of a sentence that begins with its name. */
  problems: z.array(z.object({ name: z.string(), found: z.string(), sentence: z.string() })),
  /** Sentences on the file itself. */
  notices: z.array(z.string()),
  /** Why nothing can be changed; null where it can. */
  readOnly: z.string().nullable(),
  /** Where it is. */
  file: z.string()
})
export type SettingsView = z.infer<typeof settingsViewSchema>

/** A layout whose panes are named by their ids; anything else in it is refused. */
const layoutSchema = z.custom<Layout>((value) => {
  let isWhole = true
  const layout = readLayout(value, (pane) => z.uuid().safeParse(pane).data ?? null, () => (isWhole = false))
  return layout !== null && isWhole
})

/** A tab of the window; see app/arrangement.ts. */
export const tabSchema = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(longestTabName).nullable(),
  isPinned: z.boolean(),
  isZoomed: z.boolean(),
  active: z.uuid(),
  layout: layoutSchema
})

export const gridColumnKinds = ['text', 'number', 'boolean', 'date', 'time', 'size', 'list'] as const
export type GridColumnKind = (typeof gridColumnKinds)[number]

/** A table of results under a session's terminal, or of a run, whose id is its `sessionId` then; its rows are asked for page by page. */
export const gridViewSchema = z.object({
  id: z.uuid(),
  sessionId: z.uuid(),
  title: z.string(),
  /** `stopped`: Ctrl+C or an error ended what still came. */
  state: z.enum(['filling', 'complete', 'stopped']),
  /** What a command waits for: `-PassThru`. */
  selection: z.enum(['none', 'single', 'multiple']),
  rows: z.number().int(),
  columns: z.array(z.object({ name: z.string(), kind: z.enum(gridColumnKinds), isShown: z.boolean() })),
  /** What was cut or left out, as sentences. */
  notes: z.array(z.string()),
  openedAt: z.number()
})
export type GridView = z.infer<typeof gridViewSchema>

/** One tenant of a run. */
export const runTenantSchema = z.object({
  profileId: z.uuid(),
  name: z.string(),
  colour: z.string(),
  environment: environmentSchema,
  /** `throttled`: the service asked to wait, and others have its place meanwhile. `interrupted`: Tenantry ended before it was done. */
  state: z.enum(runTenantStates),
  /** One sentence: what it waits for, or what went wrong. */
  detail: z.string(),
  failure: failureSchema.nullable(),
  /** From the start of its PowerShell, for as long as it takes or took; null before. */
  seconds: z.number().nullable(),
  rows: z.number().int(),
  /** Errors that the command wrote or ended with. */
  errors: z.number().int(),
  /** The first five of them. */
  errorSentences: z.array(z.string())
})
export type RunTenant = z.infer<typeof runTenantSchema>

/** What a run asks once before its first command that changes data runs anywhere. */
export const runQuestionSchema = z.object({
  /** Those of the script that are known to change data. */
  commands: z.array(z.string()),
  /** The one that waits, and what it is about, as of `guardQuestionSchema`. */
  asked: z.string(),
  objects: z.array(z.string()),
  more: z.number().int(),
  fromPipeline: z.boolean(),
  /** The tenant whose shell waits. */
  tenant: z.string(),
  /** How many tenants are not done yet: the number to be typed. */
  tenants: z.number().int(),
  /** How many of those are production. */
  production: z.number().int()
})
export type RunQuestion = z.infer<typeof runQuestionSchema>

const runFacts = {
  id: z.uuid(),
  title: z.string(),
  service: serviceSchema,
  atOnce: z.number().int(),
  isReadOnly: z.boolean(),
  /** The account of the operating system. */
  by: z.string(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  /** Null while something of it is not done. */
  endedAt: z.number().nullable(),
  /** Its table, as of `gridViewSchema`; rows are not kept, so an earlier run has none. */
  gridId: z.uuid().nullable(),
  question: runQuestionSchema.nullable(),
  /** By what is done so far; null where nothing tells. */
  secondsLeft: z.number().nullable()
}

/** One command across many tenants. */
export const runViewSchema = z.object({
  ...runFacts,
  /** Without secrets. */
  script: z.string(),
  /** The script held a secret, which is not kept: it can be repeated only by being typed again. */
  isRedacted: z.boolean(),
  tenants: z.array(runTenantSchema)
})
export type RunView = z.infer<typeof runViewSchema>

/** A run among others. `counts`: its tenants by their state. */
export const runSummarySchema = z.object({ ...runFacts, counts: z.record(z.enum(runTenantStates), z.number().int()) })
export type RunSummary = z.infer<typeof runSummarySchema>

/** A run on its way to another engine: to which one, and how it signs in there. */
export const runExportChoiceSchema = z.object({ id: z.uuid(), target: z.enum(runExportTargets), signIn: z.enum(runExportSignIns) })
export type RunExportChoice = z.infer<typeof runExportChoiceSchema>

/** What an export would write. Nothing in it is secret. */
export const runExportSchema = z.object({
  /** Of the zip that holds the files. */
  fileName: z.string(),
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  /** Tenants of the run that can't go, each with a sentence on why. */
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** What to know before it is used, as sentences. */
  notes: z.array(z.string())
})
export type RunExport = z.infer<typeof runExportSchema>

/** Tenants that a person chose together, under a name. */
export const selectionSchema = z.object({ id: z.uuid(), name: z.string().min(1).max(120), profileIds: z.array(z.uuid()).max(mostRunTenants) })
export type Selection = z.infer<typeof selectionSchema>

const place = z.number().int().min(0).max(10_000_000)
const gridColumns = z.array(z.number().int().min(0).max(1000)).max(500)
/** A page or a value is of the arrangement that was asked for last, or the failure `grid-arranged-anew`. */
const inGrid = { id: z.uuid(), arrangement: z.number().int() }

const none = z.void().or(z.null()).or(z.undefined())
const byId = z.object({ id: z.uuid() })
const size = { cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }

// ---- calls --------------------------------------------------------------------------------------

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })

export const calls = {
  'app.state': call(none, appStateSchema),
  'app.dismissNotice': call(z.object({ id: z.string() }), none),
  /** Opens a terminal (without a tenant) in which the offered install command runs. */
  'app.installPowerShell': call(none, z.object({ sessionId: z.uuid() })),
  /** The same for the module that a service connects with: the PowerShell that was found installs it for this user. */
  'app.installModule': call(z.object({ service: serviceSchema }), z.object({ sessionId: z.uuid() })),
  /** Looks for PowerShell and the module again. */
  'app.findPowerShell': call(none, appStateSchema),
  /** The host's own file dialog for a PowerShell executable; answers the new state. */
  'app.choosePowerShell': call(none, appStateSchema),
  /** The answer to `question.asked`, where the host has no dialog of its own. */
  'app.answer': call(z.object({ id: z.uuid(), yes: z.boolean() }), none),

  /** Pastes the clipboard into what has the keyboard, right after the person's own click; the window never reads it itself. */
  'app.paste': call(none, z.object({ isPasted: z.boolean() })),

  /** The host's own file dialog for a PEM file of certificate authorities; answers the new state. */
  'app.chooseCaFile': call(none, appStateSchema),
  'app.forgetCaFile': call(none, appStateSchema),
  /** Versions and states for whoever helps, as text. Nothing in it is secret, and no tenant is named. */
  'app.diagnostics': call(none, z.object({ text: z.string() })),
  /** The licences of what Tenantry carries of others' work. */
  'app.notices': call(none, z.object({ text: z.string() })),

  /** The profile that a `tenantry://open/` link asked for, once; the failure `link-profile-unknown` where there is none of its id. */
  'app.takeLink': call(none, z.object({ profileId: z.uuid().nullable() })),

  /** Reads the file anew: what was changed in it by hand holds from then on. */
  'settings.read': call(none, settingsViewSchema),
  /** Changes one setting; the failure `setting-refused` where it can't have that value, or is a path. */
  'settings.change': call(z.object({ key: settingKeySchema, value: z.unknown() }), settingsViewSchema),
  /** Sets one back to its default, all of them for null; takes a key out of the file that is no setting. `keys.<action>`: the keys of one action. */
  'settings.reset': call(z.object({ key: z.string().max(200).nullable() }), settingsViewSchema),
  /** The host's own dialog for a setting that is a file or a folder. */
  'settings.choose': call(z.object({ key: settingKeySchema }), settingsViewSchema),

  'updates.state': call(none, updateStateSchema),
  /** Looks for an update, and fetches it; answers how that went. */
  'updates.check': call(none, updateStateSchema),
  'updates.setChannel': call(z.object({ channel: updateChannelSchema }), updateStateSchema),
  /** Restarts into the update; the failure `update-sessions-open` where somebody works. */
  'updates.install': call(none, none),

  /** `by`: what an unlock asks; `none` where nothing on this machine can. While it is locked only this and the unlock are answered. */
  'lock.state': call(none, z.object({ isLocked: z.boolean(), afterMinutes: lockMinutesSchema, by: z.enum(['touch-id', 'keychain', 'none']) })),
  'lock.now': call(none, none),
  /** Asks the OS who is there, and unlocks where it says yes. */
  'lock.unlock': call(none, none),
  /** Somebody is there. */
  'lock.touch': call(none, none),
  'lock.setIdle': call(z.object({ minutes: lockMinutesSchema }), none),

  'profiles.list': call(none, z.object({ profiles: z.array(profileSchema), signIns: z.array(signInViewSchema) })),
  /**
   * Asks the cloud's OpenID metadata which tenant a domain belongs to. `detect` also takes the answer that it is in
   * another of Microsoft's clouds, which is then the answer's `cloud`.
   */
  'profiles.resolve': call(
    z.object({ domain: z.string(), cloud: cloudIdSchema, customCloud: customCloudSchema.nullable().optional(), detect: z.boolean().optional() }),
    resolvedTenantSchema
  ),
  'profiles.save': call(
    z.object({
      profile: profileDraftSchema,
      signIn: z.discriminatedUnion('use', [
        z.object({ use: z.literal('existing'), id: z.uuid(), expiresOn: expiresOnSchema }),
        z.object({ use: z.literal('new'), signIn: signInDraftSchema })
      ]),
      credential: credentialInputSchema.optional()
    }),
    profileSchema
  ),
  /** How often and how lately profiles were opened, by id: higher is more; one that is missing was not. */
  'profiles.usage': call(none, z.object({ scores: z.record(z.uuid(), z.number()) })),
  'profiles.duplicate': call(byId, profileSchema),
  /** Deletes the profile, and its sign-in with its secret where no other profile uses it. */
  'profiles.delete': call(byId, none),
  'profiles.chooseFolder': call(none, z.object({ folder: z.string().nullable() })),
  'profiles.export': call(
    z.object({ format: z.enum(['json', 'csv']), ids: z.array(z.uuid()).optional() }),
    z.object({ fileName: z.string(), text: z.string() })
  ),
  'profiles.previewImport': call(
    z.object({ format: z.enum(['json', 'csv', 'list']), text: z.string().max(5_000_000), cloud: cloudIdSchema.optional(), signInId: z.uuid().nullable().optional() }),
    z.object({ rows: z.array(importRowSchema) })
  ),
  'profiles.import': call(
    z.object({
      format: z.enum(['json', 'csv', 'list']),
      text: z.string().max(5_000_000),
      cloud: cloudIdSchema.optional(),
      /** The sign-in that a pasted list of tenants will use. */
      signInId: z.uuid().nullable().optional(),
      group: z.string().max(120).optional()
    }),
    z.object({ added: z.number(), merged: z.number(), skipped: z.number() })
  ),

  /** Changes a sign-in for all its profiles; a new client id or kind needs the credential again. */
  'signIns.save': call(
    z.object({ id: z.uuid(), signIn: signInDraftSchema, credential: credentialInputSchema.optional() }),
    signInViewSchema
  ),
  'signIns.delete': call(byId, none),

  'credentials.certificates': call(none, z.object({ certificates: z.array(storeCertificateSchema) })),
  'credentials.testSign': call(
    z.object({ thumbprint: z.string() }),
    z.object({ algorithm: z.enum(['PS256', 'RS256']), milliseconds: z.number() })
  ),
  'credentials.inspectPfx': call(
    z.object({ pfxBase64: z.string().max(1_000_000), password: z.string().max(1024) }),
    z.object({ subject: z.string(), notAfter: z.string(), thumbprint: z.string() })
  ),
  /** The answer to `credential.asked`; null gives up. */
  'credentials.answer': call(
    z.object({ id: z.uuid(), credential: credentialInputSchema.nullable() }),
    none
  ),

  /** What holds of the key of a certificate that is made here. */
  'credentials.place': call(none, z.object({ sentence: z.string() })),
  /** Makes a certificate in this person's own store, its key with it. */
  'credentials.makeCertificate': call(
    z.object({ name: z.string().max(200), bits: z.union([z.literal(2048), z.literal(3072)]), years: z.union([z.literal(1), z.literal(2)]) }),
    storeCertificateSchema
  ),
  /**
   * Saves the public part of a certificate of the store, where the host's own dialog says. `savedAs` is null where nobody
   * chose a place; `text` (PEM) is for a window whose host has no such dialog.
   */
  'credentials.saveCertificate': call(
    z.object({ thumbprint: z.string() }),
    z.object({ fileName: z.string(), savedAs: z.string().nullable(), text: z.string().nullable() })
  ),

  /**
   * Reads from Microsoft Graph when the client secrets of a profile's app end. `taken` is the sign-in's own, kept with
   * it, and how it was told from others; null where that can't be told, and the person says it by `id`.
   */
  'expiry.read': call(
    z.object({ profileId: z.uuid(), id: z.guid().optional() }),
    z.object({
      found: z.array(z.object({ id: z.guid(), name: z.string(), startsOn: z.string().nullable(), endsOn: z.string() })),
      taken: z.object({ id: z.guid(), by: z.enum(['person', 'chosen-before', 'only', 'beginning']) }).nullable()
    })
  ),

  /**
   * Signs a person in, in their browser or by a device code, and answers once that is done. `id` is the window's name
   * for it in `account.waiting`. What it answers is entered as a credential.
   */
  'accounts.signIn': call(
    z.object({ id: z.uuid(), how: z.enum(['browser', 'device']), clientId: z.string(), target: accountTargetSchema }),
    z.object({ signedIn: z.uuid(), account: accountSchema })
  ),
  /** Gives a sign-in up, which then fails as `cancelled`. */
  'accounts.cancel': call(byId, none),
  /** Opens the page of a sign-in that waits; false where the host can't. */
  'accounts.openPage': call(byId, z.object({ isOpened: z.boolean() })),
  /** Forgets the account of a sign-in. */
  'accounts.signOut': call(byId, none),

  /** All sessions, and the tabs whose panes they are. `activeId` is the one that was last in front, where that is known. */
  'sessions.list': call(none, z.object({ sessions: z.array(sessionViewSchema), tabs: z.array(tabSchema), activeId: z.uuid().nullable() })),
  /** How the window's tabs and their panes stand, to be kept over reloads and restarts. */
  'sessions.arrange': call(z.object({ tabs: z.array(tabSchema).max(1000) }), none),
  /** Opens a session for one of the profile's services, the first one unless told. */
  'sessions.open': call(z.object({ profileId: z.uuid(), service: serviceSchema.optional(), ...size }), sessionViewSchema),
  /** Connects a restored session; any other one stays as it is. */
  'sessions.connect': call(byId.extend(size), sessionViewSchema),
  /** Which session is in front, whether the window has the keyboard, and which sessions are seen beside that one. */
  'sessions.look': call(z.object({ id: z.uuid().nullable(), isFocused: z.boolean(), beside: z.array(z.uuid()).max(100).optional() }), none),
  /** A ticket for `Transport.openStream`; attaching again takes the stream over from whoever had it. */
  'sessions.attach': call(byId, z.object({ ticket: z.string() })),
  'sessions.detach': call(byId, none),
  'sessions.resize': call(byId.extend(size), none),
  /** Connects a session anew in the same terminal. Without `force` one with a running command answers the failure `session-busy`. */
  'sessions.reconnect': call(byId.extend({ force: z.boolean().optional() }), sessionViewSchema),
  /**
   * Saves all lines that a session's terminal keeps as text, as they are there, where the host's own dialog says; see
   * `credentials.saveCertificate`. The failure `scrollback-empty` where there are none.
   */
  'sessions.saveScrollback': call(byId, z.object({ fileName: z.string(), savedAs: z.string().nullable(), text: z.string().nullable(), lines: z.number().int() })),
  /** Shows a session's transcript among the files of its folder where the host can; answers where it is, null where there is none. */
  'sessions.showTranscript': call(byId, z.object({ path: z.string().nullable(), isShown: z.boolean() })),
  /** The answer to a session's question; one that is not asked any more needs none. `run-each` asks no more about that command in the line that runs, `run-quietly` about nothing for a while. */
  'guard.answer': call(byId.extend({ question: z.uuid(), answer: z.enum(['run', 'run-each', 'run-quietly', 'refuse']) }), none),
  /** Ends the while in which a session asks nothing. */
  'guard.askAgain': call(byId, none),
  /** Without `force` a session with a running command answers the failure `session-busy`. */
  'sessions.close': call(byId.extend({ force: z.boolean().optional() }), none),

  /** The profile is likely to be connected next: its token is fetched where that asks no person anything. Never fails. */
  'tokens.fetchAhead': call(z.object({ profileId: z.uuid() }), none),
  /** Explains the token that a session uses now, for its own service unless told. */
  'tokens.describe': call(z.object({ sessionId: z.uuid(), service: serviceSchema.optional() }), explanationSchema),
  /** Explains a pasted token; it is neither kept nor sent. Any length is taken, so that too long a text has its answer. */
  'tokens.explain': call(z.object({ text: z.string() }), explanationSchema),

  /**
   * Goes through everything between a profile and a connected prompt, for one of its services (the first one unless
   * told), and changes nothing. `run` is the window's name for it in `check.step`; `report` is Markdown.
   */
  'checks.run': call(
    z.object({ run: z.uuid(), profileId: z.uuid(), service: serviceSchema.optional() }),
    z.object({ service: serviceSchema, steps: z.array(checkStepSchema), summary: z.string(), report: z.string() })
  ),
  /** Stops a check, which then fails as `cancelled`. */
  'checks.stop': call(z.object({ run: z.uuid() }), none),

  /** The newest commands of the log first, `limit` of them after `skip`; `total` counts all that the filter lets through. */
  'commands.list': call(
    commandFilterSchema.extend({ skip: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(500).default(100) }),
    z.object({ commands: z.array(loggedCommandSchema), total: z.number().int(), folder: z.string() })
  ),
  /**
   * The set-up of an app, filled in with what was typed; nothing of it is run. `checkedBy` are the steps of the check
   * that tell whether it was done; `links` are the consent links of the profiles asked for.
   */
  'guide.read': call(
    z.object({
      cloud: cloudIdSchema,
      customCloud: customCloudSchema.nullable().optional(),
      tenant: z.string().max(255),
      clientId: z.string().max(100),
      appName: z.string().max(120),
      certificatePath: z.string().max(1000),
      roleId: z.string().max(40),
      services: z.array(serviceSchema).min(1),
      isPartner: z.boolean(),
      profileIds: z.array(z.uuid())
    }),
    z.object({
      steps: z.array(
        z.object({
          id: z.enum(['register', 'permission', 'consent', 'proof', 'role', 'wait', 'probe']),
          title: z.string(),
          text: z.string(),
          portal: z.array(z.string()),
          powershell: z.string().nullable(),
          cli: z.string().nullable(),
          checkedBy: z.array(z.enum(checkStepIds))
        })
      ),
      roles: z.array(z.object({ id: z.string(), name: z.string() })),
      links: z.array(z.object({ name: z.string(), link: z.string() }))
    })
  ),
  'snippets.list': call(none, z.object({ snippets: z.array(snippetSchema) })),
  'snippets.save': call(snippetSchema.extend({ id: z.uuid().optional(), name: z.string().max(1000), text: z.string().max(1_000_000) }), snippetSchema),
  'snippets.delete': call(byId, none),
  /**
   * Types a snippet, filled in, at the prompts of sessions, with Enter (`run`) or without. What can't be done is told
   * session by session in `refused`; a value that is missing or can't be used fails as a whole.
   */
  'snippets.put': call(
    z.object({ id: z.uuid(), values: z.record(z.string().max(100), z.string().max(10_000)), sessions: z.array(z.uuid()).min(1).max(500), how: z.enum(['run', 'insert']) }),
    z.object({ refused: z.array(z.object({ id: z.uuid(), failure: failureSchema })) })
  ),
  'grids.list': call(none, z.object({ grids: z.array(gridViewSchema) })),
  /** Filters and sorts the rows that are there; how a filter is written is in app/grid/filter.ts. What is not shown then is not selected any more. */
  'grids.arrange': call(
    z.object({
      id: z.uuid(),
      sort: z.array(z.object({ column: z.number().int().min(0), isDescending: z.boolean() })).max(10),
      filters: z.array(z.object({ column: z.number().int().min(0), text: z.string().max(1000) })).max(500),
      /** Words that a row has all of, in any of `columns`. */
      search: z.string().max(1000),
      columns: gridColumns
    }),
    z.object({ arrangement: z.number().int(), rows: z.number().int(), selected: z.number().int(), refusals: z.array(z.object({ column: z.number().int(), sentence: z.string() })) })
  ),
  /** Rows by their places; a cell is null where it is empty, and long ones are cut. */
  'grids.page': call(
    z.object({ ...inGrid, start: place, count: z.number().int().min(1).max(200), columns: gridColumns }),
    z.object({ rows: z.array(z.object({ isSelected: z.boolean(), cells: z.array(z.string().nullable().or(z.object({ problem: z.string() }))) })) })
  ),
  /** The whole of a value, the values of a list one a line. `length` is what it had where it was cut and that is known. */
  'grids.cell': call(z.object({ ...inGrid, position: place, column: place }), z.object({ text: z.string(), isCut: z.boolean(), length: z.number().nullable() })),
  'grids.select': call(z.object({ ...inGrid, from: place, to: place, how: z.enum(['only', 'add', 'remove']) }), z.object({ selected: z.number().int() })),
  /** With tabs between, for a spreadsheet. */
  'grids.copy': call(z.object({ id: z.uuid(), columns: gridColumns, isSelectionOnly: z.boolean() }), z.object({ text: z.string(), rows: z.number().int() })),
  /** Saves what is shown where the host's own dialog says; see `credentials.saveCertificate`. */
  'grids.save': call(
    z.object({ id: z.uuid(), columns: gridColumns, isSelectionOnly: z.boolean(), format: z.enum(['csv', 'json']) }),
    z.object({ fileName: z.string(), savedAs: z.string().nullable(), text: z.string().nullable(), rows: z.number().int() })
  ),
  /** Passes the selected rows to the command that waits for them. */
  'grids.choose': call(byId, none),
  'grids.close': call(byId, none),
  /** Shows what the last command of a session put on its screen, without running it again; a failure `result-…` says why that can't be. */
  'grids.showLast': call(z.object({ sessionId: z.uuid() }), none),

  /** All that are kept, the newest first. */
  'runs.list': call(none, z.object({ runs: z.array(runSummarySchema) })),
  'runs.get': call(byId, runViewSchema),
  /**
   * Runs a script in each of these tenants, in a PowerShell of its own without a terminal. What fails becomes a tenant's
   * state; a failure `run-…` says why nothing was started.
   */
  'runs.start': call(
    z.object({
      profileIds: z.array(z.uuid()).min(1).max(mostRunTenants),
      /** Any length is taken, so that too long a text has its answer. */
      script: z.string(),
      title: z.string().max(200).default(''),
      service: serviceSchema.default('exchange'),
      atOnce: z.number().int().min(1).max(mostAtOnce).default(usualAtOnce),
      isReadOnly: z.boolean().default(false)
    }),
    byId
  ),
  /** Ends all that is not done, or one tenant of it. */
  'runs.cancel': call(byId.extend({ profileId: z.uuid().optional() }), none),
  /** Runs it again, within the same run, where it failed, was cancelled or interrupted. */
  'runs.retry': call(byId, none),
  /** Lets the whole run change data. The failure `run-other-number`, and the question stays, where `number` is not how many tenants it asks about. */
  'runs.answer': call(byId.extend({ number: z.number().int() }), none),
  /** Cancels what is not done. */
  'runs.refuse': call(byId, none),
  /** Forgets a run and its table, ending it first. */
  'runs.remove': call(byId, none),
  /** The host's own file dialog for a script; null where nobody chose. */
  'runs.chooseScript': call(none, z.object({ name: z.string(), text: z.string().max(longestRunScript) }).nullable()),
  /** What a run is as files for another engine, to look at before they are saved. A failure `run-export-…` says why that can't be. */
  'runs.export': call(runExportChoiceSchema, runExportSchema),
  /** Saves those files as one zip where the host's own dialog says; see `credentials.saveCertificate`. `base64`: the zip, for a window whose host has no such dialog. */
  'runs.saveExport': call(runExportChoiceSchema, z.object({ fileName: z.string(), savedAs: z.string().nullable(), base64: z.string().nullable() })),
  'selections.list': call(none, z.object({ selections: z.array(selectionSchema) })),
  /** Keeps a new or a changed selection; names differ. */
  'selections.save': call(selectionSchema.extend({ id: z.uuid().optional(), name: z.string().max(1000) }), selectionSchema),
  'selections.remove': call(byId, none),

  /** All that the filter lets through, oldest first, as CSV. */
  'commands.export': call(commandFilterSchema, z.object({ fileName: z.string(), text: z.string() }))
} as const

export type Calls = typeof calls
export type CallName = keyof Calls
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>
/** A call's input after its schema filled in the defaults: what a handler gets. */
export type CallRequest<N extends CallName> = z.output<Calls[N]['input']>
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>

// ---- events -------------------------------------------------------------------------------------

export const events = {
  'app.changed': appStateSchema,
  /** A `tenantry://open/` link waits for `app.takeLink`. */
  'link.opened': z.object({}),
  'settings.changed': settingsViewSchema,
  'updates.changed': updateStateSchema,
  /** The window locked or unlocked: what it shows begins anew. */
  'lock.changed': z.object({ isLocked: z.boolean() }),
  'profiles.changed': z.object({ profiles: z.array(profileSchema), signIns: z.array(signInViewSchema) }),
  'session.state': sessionViewSchema,
  /** The session is gone and its tab goes with it. */
  'session.removed': byId,
  'snippets.changed': z.object({ snippets: z.array(snippetSchema) }),
  'grid.changed': gridViewSchema,
  'grid.removed': byId,
  /** Told at most every 200 ms of each run. */
  'runs.changed': runViewSchema,
  'runs.removed': byId,
  'selections.changed': z.object({ selections: z.array(selectionSchema) }),
  /** An item of the application's menu that is about the window. */
  'menu.chosen': z.object({ item: menuItemSchema }),
  /** The person asked for this session outside the window, and it comes to the front. */
  'session.wanted': byId,
  /** A step of a check that is under way changed. */
  'check.step': z.object({ run: z.uuid(), step: checkStepSchema }),
  /** A yes-or-no question of the main process, where the host has no dialog of its own (the preview). */
  'question.asked': z.object({
    id: z.uuid(),
    title: z.string(),
    message: z.string(),
    detail: z.string(),
    confirmLabel: z.string()
  }),
  /** "Ask each time", or no keychain: a connection waits for this sign-in's credential. */
  'credential.asked': z.object({
    id: z.uuid(),
    signInName: z.string(),
    clientId: z.string(),
    tenant: z.string(),
    profileId: z.uuid(),
    kind: signInKindSchema,
    reason: z.string()
  }),
  'credential.withdrawn': byId,
  /** A sign-in waits for a person at this page, with a code to type there where it is a device's. `until`: milliseconds since the epoch. */
  'account.waiting': z.object({ id: z.uuid(), page: z.string(), isOpened: z.boolean(), code: z.string().nullable(), until: z.number() }),
  /** Another window took over; this one can only show that. */
  'window.replaced': z.object({})
} as const

export type Events = typeof events
export type EventName = keyof Events
export type EventData<N extends EventName> = z.output<Events[N]>

// ---- messages on a transport --------------------------------------------------------------------

export const requestSchema = z.object({ id: z.number().int(), call: z.string(), input: z.unknown().optional() })
export const replySchema = z.union([
  z.object({ id: z.number().int(), output: z.unknown() }),
  z.object({ id: z.number().int(), failure: failureSchema })
])
export const eventMessageSchema = z.object({ event: z.string(), data: z.unknown() })

/** What a window needs from its host: calls, events, and one byte stream per attached session. */
export interface Transport {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  on<N extends EventName>(name: N, listener: (data: EventData<N>) => void): () => void
  openStream(ticket: string): ByteStream
  /** Called when the main process can't be reached any more. */
  onLost(listener: (reason: string) => void): () => void
}
