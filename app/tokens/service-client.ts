import { randomUUID } from 'node:crypto'
import type { HttpResponse, Network } from '../adapters.ts'
import { failure, fromNetwork, type TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { isRecord, jsonOf } from '../json.ts'
import type { Token } from './acquire.ts'
import { anchorOf } from './anchor.ts'

/** The module's version that requests are sent as: the one whose requests were recorded. */
const moduleVersion = '3.9.0'
/**
 * A page has 1,000 objects: more than any tenant has of what is read here. Of domains it may verify 5,000
 * (learn.microsoft.com/entra/fundamentals/service-limits).
 */
const maxPages = 10
/** The global compliance host names the region's; that one names no other. */
const maxRedirects = 2

/**
 * The cmdlets that Tenantry itself runs: each reads, none changes anything. The type keeps every other one out.
 * The probes are Microsoft's own of app-only-auth-powershell-v2.
 */
export type ReadingCmdlet = 'Get-AcceptedDomain' | 'Get-RetentionCompliancePolicy' | 'Get-ManagementRoleAssignment' | 'Get-ManagementScope' | 'Get-RoleGroup'

/** An answer of the service that is none. */
export class Refusal extends Error {
  readonly status: number
  /** What the service said, fit to be quoted; empty where it said nothing. */
  readonly text: string
  readonly failure: TenantryError

  constructor(answer: HttpResponse, host: string) {
    const text = textOf(answer.body)
    const meaning = failureOf(answer, text, host)
    super(meaning.message)
    this.status = answer.status
    this.text = text
    this.failure = meaning
  }
}

export interface ServiceClientOptions {
  /** Base URL of the service. */
  url: string
  token: Token
  network: Network
}

/** An object as a service answers it. */
export type Row = Record<string, unknown>

export interface GraphOptions {
  /** Microsoft Graph's base URL. */
  url: string
  token: Pick<Token, 'accessToken'>
  network: Network
}

/**
 * What Microsoft Graph answers at a path, whatever its status.
 *
 * @throws TenantryError where it can't be reached
 */
export function askGraph({ url, token, network }: GraphOptions, path: string): Promise<HttpResponse> {
  const headers = { Authorization: `Bearer ${token.accessToken}`, Accept: 'application/json', 'client-request-id': randomUUID() }
  return network({ url: `${url}${path}`, method: 'GET', headers }).catch((error: unknown) => {
    throw fromNetwork(error, new URL(url).host)
  })
}

/**
 * Reads the objects of one page of Microsoft Graph.
 *
 * @throws Refusal; TenantryError where it can't be reached
 */
export async function listFromGraph(options: GraphOptions, path: string): Promise<Row[]> {
  return readValue(await askGraph(options, path), new URL(options.url).host)
}

/** Asks Exchange, or Security & Compliance, over the requests of Microsoft's module, without a shell. It only reads. */
export class ServiceClient {
  readonly #token: Token
  readonly #network: Network
  readonly #tenantId: string
  #url: string

  constructor({ url, token, network }: ServiceClientOptions) {
    this.#url = url
    this.#token = token
    this.#network = network
    this.#tenantId = encodeURIComponent(String(token.claims.tid))
  }

  /** Where the service is; after `connect` its region's address. */
  get host(): string {
    return new URL(this.#url).host
  }

  /**
   * The request that a connection begins with, for one cmdlet's text alone. Answers whether the app is given it.
   *
   * @throws Refusal
   */
  async connect(cmdlet: ReadingCmdlet): Promise<boolean> {
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#ask('GET', `${this.#url}/AdminApi/v1.0/${this.#tenantId}/EXOModuleFile?Version=${moduleVersion}`, {
        CommandName: cmdlet,
        SkipLoadingFormatData: 'true'
      })
      const region = redirects < maxRedirects ? this.#regionOf(answer) : null
      if (region === null) return readValue(answer, this.host).some(({ exportedCmdlets }) => namesOf(exportedCmdlets).includes(cmdlet.toLowerCase()))
      this.#url = region
    }
  }

  /**
   * Runs a cmdlet and answers its objects: those of every page, or none.
   *
   * @throws Refusal; TenantryError `redirected` where a page is elsewhere, `answer-endless` where there are too many
   */
  async run(cmdlet: ReadingCmdlet): Promise<Row[]> {
    const rows: Row[] = []
    const body = JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: {} } })
    let url = `${this.#url}/adminapi/beta/${this.#tenantId}/InvokeCommand`
    for (let page = 0; page < maxPages; page++) {
      const answer = await this.#ask('POST', url, { 'Content-Type': 'application/json', 'X-CmdletName': cmdlet, 'X-ResponseFormat': 'json' }, body)
      rows.push(...readValue(answer, this.host))
      const next = objectOf(answer.body)?.['@odata.nextLink']
      if (typeof next !== 'string') return rows
      // The link carries the token: it is followed on the service's own host only.
      if (new URL(next).origin !== new URL(this.#url).origin) throw failure('redirected', { host: this.host })
      url = next
    }
    throw failure('answer-endless', { host: this.host, pages: maxPages })
  }

  async #ask(method: 'GET' | 'POST', url: string, headers: Record<string, string>, body?: string): Promise<HttpResponse> {
    const request = {
      url,
      method,
      headers: {
        Authorization: `Bearer ${this.#token.accessToken}`,
        Prefer: 'odata.maxpagesize=1000',
        'X-AnchorMailbox': anchorOf(this.#token),
        'client-request-id': randomUUID(),
        ...headers
      }
    }
    return this.#network(body === undefined ? request : { ...request, body }).catch((error: unknown) => {
      throw fromNetwork(error, this.host)
    })
  }

  /** The region's base URL that a redirect names; null where it is none that the token may follow. */
  #regionOf(answer: HttpResponse): string | null {
    const location = answer.headers.location
    if (answer.status < 300 || answer.status > 399 || location === undefined || !URL.canParse(location, this.#url)) return null
    const [here, there] = [new URL(this.#url), new URL(location, this.#url)]
    const isInside = there.host === here.host || there.host.endsWith(`.${here.host}`)
    if (there.protocol !== here.protocol || there.username !== '' || !isInside) return null
    const path = /^(.*?)\/adminapi\//i.exec(there.pathname)?.[1]
    return path === undefined ? null : `${there.origin}${path}`
  }
}

function readValue(answer: HttpResponse, host: string): Row[] {
  if (answer.status !== 200) throw new Refusal(answer, host)
  const value = objectOf(answer.body)?.value
  if (!Array.isArray(value)) throw new Refusal(answer, host)
  return value.filter(isRecord)
}

const namesOf = (list: unknown): string[] => String(list ?? '').toLowerCase().split(',').map((name) => name.trim())

function failureOf(answer: HttpResponse, text: string, host: string): TenantryError {
  if (answer.status === 401) return failure('exchange-unauthorized')
  if (answer.status !== 403) return fromNetwork(answer, host)
  if (/INSUFF_ACCESS_RIGHTS/i.test(text)) return failure('insufficient-access')
  return text === '' ? failure('module-malformed') : failure('role-missing')
}

/** What an error's body says: `{"error":{"message","details":[{"message":"<code>|<exception>|<text>"}]}}`. */
function textOf(body: string): string {
  const error = objectOf(body)?.error as { message?: unknown; details?: Array<{ message?: unknown }> } | undefined
  const detail = Array.isArray(error?.details) ? error.details[0]?.message : undefined
  const text = typeof detail === 'string' ? (detail.split('|').at(-1) ?? '') : error?.message
  return typeof text === 'string' ? quote(text) : ''
}

function objectOf(body: string): Row | null {
  const value = jsonOf(body)
  return isRecord(value) ? value : null
}
