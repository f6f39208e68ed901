import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeError, type ExchangeAnswer } from './exchange-answer.ts'
import { checkAnchor, checkBearer } from './exchange-checks.ts'
import { readRequest, readResponseHead, type ExchangeRequest } from './exchange-request.ts'
import { answerGraph } from './graph.ts'
import { invokeCommand } from './invoke-command.ts'
import { moduleFile } from './module-file.ts'
import { answerOData } from './odata.ts'
import { addToLog, findTenant, serviceNow, takeOverride, type DemoState } from './state.ts'

/**
 * Handles one HTTP request to Exchange (or Security & Compliance or Microsoft Graph, by the host's name): checks the token, answers,
 * and writes a line into the log.
 */
export async function handleExchange(state: DemoState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const read = await readRequest(request)
  if (state.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, state.latencyMs))
  if (response.destroyed) return
  const override = takeOverride(state, read.logged)
  if (override?.drop) {
    addToLog(state, read.logged)
    request.socket.destroy()
    return
  }
  const answer: ExchangeAnswer = override
    ? { status: override.status ?? 200, headers: override.headers ?? {}, body: override.body }
    : answerSafely(state, read)
  read.logged.status = answer.status
  read.logged.page = answer.page ?? null
  addToLog(state, read.logged)
  writeAnswer(state, read, answer, response)
}

function answerSafely(state: DemoState, request: ExchangeRequest): ExchangeAnswer {
  try {
    return answerExchange(state, request)
  } catch (error) {
    return exchangeError(500, 'InternalServerError', error instanceof Error ? error.message : String(error))
  }
}

/** The answer to a request, by its path. */
export function answerExchange(state: DemoState, request: ExchangeRequest): ExchangeAnswer {
  if (request.service === 'graph') return answerGraph(state, request)
  const route = /^\/adminapi\/(?:v1\.0|beta)\/([^/]+)\/(.+)$/i.exec(request.path)
  if (!route) return { status: 404 }
  const tenant = findTenant(state, route[1] ?? '')
  const action = route[2] ?? ''
  if (!tenant) return { status: 401 }
  const bearer = checkBearer(state, request, tenant)
  if ('refusal' in bearer) return bearer.refusal
  const name = /^[A-Za-z]+/.exec(action)?.[0]?.toLowerCase() ?? ''
  if (name === 'exobanner') return { status: 200, body: { sessionType: 'AutogenSession', moduleBannerContent: banner(tenant.name) } }
  if (name === 'basicinfo') return { status: 200, body: { PropertyName: 'AdminApiState', PropertyValue: 'Running' } }
  const anchor = checkAnchor(state, request, tenant, bearer.caller)
  if (anchor) return anchor
  if (name === 'exomodulefile') return answerModuleFile(request)
  const context = { tenant, caller: bearer.caller, service: request.service, request, now: new Date(serviceNow(state)) }
  if (name === 'invokecommand') return invokeCommand(context)
  return answerOData(context, action)
}

function answerModuleFile(request: ExchangeRequest): ExchangeAnswer {
  if (request.service === 'compliance' && request.hostLabel === 'ps') {
    // The global host only says which region the tenant lives in.
    return { status: 302, headers: { location: request.urlOn(`eur01b.${request.host.replace(/:\d+$/, '')}`) } }
  }
  const commandName = request.header('commandname') ?? '*'
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: moduleFile(request.service, commandName, request.header('skiploadingformatdata') === 'true')
  }
}

function banner(tenant: string): string {
  return `\n----------------------------------------------------------------------------------------\nThis is ${tenant}, a demo tenant on this machine. Changes last until Tenantry is closed.\n----------------------------------------------------------------------------------------\n`
}

function writeAnswer(state: DemoState, request: ExchangeRequest, answer: ExchangeAnswer, response: ServerResponse): void {
  const isText = typeof answer.body === 'string'
  const body = answer.json ?? (answer.body === undefined ? '' : isText ? (answer.body as string) : JSON.stringify(answer.body))
  const bytes = Buffer.from(body)
  response.writeHead(answer.status, {
    date: new Date(serviceNow(state)).toUTCString(),
    'request-id': randomUUID(),
    'x-powered-by': 'Tenantry demo service',
    ...readResponseHead(request),
    ...(bytes.length > 0 ? { 'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; odata.metadata=minimal; charset=utf-8' } : {}),
    ...answer.headers,
    'content-length': String(bytes.length)
  })
  response.end(bytes)
}
