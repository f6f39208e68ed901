import { createPrivateKey, randomBytes } from 'node:crypto'
import { makePfx, type MadePfx } from '../credentials/make-pfx.ts'
import { formNames, writtenAs, type Canary, type FormName } from './leak-scanner.ts'

/** A secret with every character that some form escapes. No two of them stand near each other: two secrets share no piece. */
export function newSecret(): string {
  return `${random(16)}${[...'"\\/%+&<>é=\'~ '].map((character) => character + random(4)).join('')}${random(16)}`
}

function random(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length)
}

/** What is secret in a private key: its exponents and primes. */
export function keyCanaries(name: string, privateKeyPem: string): Canary[] {
  const key = createPrivateKey(privateKeyPem).export({ format: 'jwk' }) as unknown as Record<string, string>
  return ['d', 'p', 'q', 'dp', 'dq', 'qi'].map((part) => ({ name: `${name}, ${part}`, value: Buffer.from(key[part]!, 'base64url') }))
}

/**
 * A token's own pieces. Its header is left out: it names the algorithm and the public key, and is the same in every
 * token of the authority.
 */
export function tokenCanary(name: string, token: string): Canary {
  return { name, value: token.slice(token.indexOf('.') + 1) }
}

/** Everything that is secret before the scenario begins; tokens come at run time. */
export interface Secrets {
  clientSecret: string
  /** One that the authority refuses, and repeats in its refusal. */
  wrongSecret: string
  pfxPassword: string
  pfx: MadePfx
}

export function newSecrets(): Secrets {
  const pfxPassword = newSecret()
  return { clientSecret: newSecret(), wrongSecret: newSecret(), pfxPassword, pfx: makePfx({ password: pfxPassword }) }
}

export function canariesOf({ clientSecret, wrongSecret, pfxPassword, pfx }: Secrets): Canary[] {
  return [
    { name: 'client secret', value: clientSecret },
    { name: 'wrong client secret', value: wrongSecret },
    { name: 'PFX password', value: pfxPassword },
    ...keyCanaries('PFX key', pfx.privateKeyPem),
    // The middle of the file lies in what is encrypted; before it stand object ids that every such file has.
    { name: 'PFX file', value: pfx.bytes.subarray(Math.floor(pfx.bytes.length * 0.6), Math.floor(pfx.bytes.length * 0.9)) }
  ]
}

/** A canary that is put into a sink on purpose and must be found there, in the form it is written in. */
export interface Plant {
  /** How the sink's name begins. */
  sink: string
  form: FormName
  canary: Canary
  /** The canary as it is to be written. */
  text: string
  bytes: Buffer
}

// Which form stands in which sink does not matter, but each sink has a plant and each form has one.
const places = {
  argument: ['spawn: arguments', 'raw'],
  variable: ['spawn: environment', 'base64'],
  ptyArgument: ['spawn: arguments', 'json'],
  ptyVariable: ['spawn: environment', 'utf-16 in base64'],
  unseenArgument: ['/proc: arguments', 'base64url'],
  unseenVariable: ['/proc: environment', 'percent'],
  dataFile: ['data folder', 'utf-16'],
  sessionFile: ['temporary folder, a session’s', 'raw'],
  temporaryFile: ['temporary folder', 'json'],
  homeFile: ['home', 'hex'],
  keyFile: ['home', 'reversed'],
  tokenPiece: ['temporary folder', 'raw'],
  log: ['log', 'percent'],
  notes: ['window, control', 'json'],
  localStorage: ['page, localStorage', 'raw'],
  sessionStorage: ['page, sessionStorage', 'base64'],
  database: ['page, IndexedDB', 'base64url'],
  cookie: ['page, cookies', 'percent'],
  document: ['page, document', 'html'],
  browserProfile: ['browser', 'raw'],
  typed: ['window, text', 'raw']
} as const satisfies Record<string, [string, FormName]>
export type PlantName = keyof typeof places

export function newPlants(): Record<PlantName, Plant> {
  const entries = Object.entries(places).map(([name, [sink, form]]) => {
    const value = { keyFile: randomBytes(256), tokenPiece: random(800), typed: random(40) }[name] ?? newSecret()
    const canary = { name: `planted ${name}`, value }
    const bytes = name === 'tokenPiece' ? Buffer.from(value as string).subarray(400, 416) : writtenAs(form, canary)
    return [name, { sink, form, canary, text: bytes.toString(), bytes }] as const
  })
  const missing = formNames.filter((form) => !entries.some(([, plant]) => plant.form === form))
  if (missing.length > 0) throw new Error(`Nothing is planted as ${missing.join(', ')}.`)
  return Object.fromEntries(entries) as Record<PlantName, Plant>
}
