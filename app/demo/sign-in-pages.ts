import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { accountRefusal, codeOf, type DemoAccount } from './accounts.ts'
import { isPublicClient } from './account-tokens.ts'
import { demoHosts } from './names.ts'
import { signInFailures } from './sign-in-errors.ts'
import { findTenant, serviceNow, type DemoState } from './state.ts'
import type { DemoTenant } from './tenants.ts'

/** Where a browser finds the login authority's pages below the demo's loopback listener. */
export const loginPagesPath = `/hosts/${demoHosts.login}`

export const maxFormBytes = 16_384

interface Page {
  status: number
  html: string
}

export const isLoginPage = (request: IncomingMessage): boolean => (request.url ?? '').startsWith(`${loginPagesPath}/`)

/** Answers a browser: the page on which an account is chosen, and the one on which a device's code is typed. */
export async function handleLoginPage(state: DemoState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!.slice(loginPagesPath.length), 'http://pages.invalid')
  const form = request.method === 'POST' ? await readForm(request) : null
  const { status, html } = answer(state, url, form)
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    // The answer goes to the app's loopback address by a form that posts itself; nothing else runs or loads.
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonceIn(html)}'`
  })
  response.end(html)
}

function answer(state: DemoState, url: URL, form: URLSearchParams | null): Page {
  const authorize = /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/i.exec(url.pathname)
  if (authorize) return authorizePage(state, findTenant(state, decodeURIComponent(authorize[1]!)), url.searchParams, form)
  if (url.pathname === '/common/oauth2/deviceauth') return devicePage(state, form)
  return { status: 404, html: page('Not found', '<p>There is no such page.</p>') }
}

function authorizePage(state: DemoState, tenant: DemoTenant | undefined, asked: URLSearchParams, form: URLSearchParams | null): Page {
  const refusal = problemOf(tenant, asked)
  if (!tenant || refusal !== null) return { status: 400, html: page('Sign-in failed', `<p role="alert">${escaped(refusal ?? '')}</p>`) }
  if (!form) return { status: 200, html: page(`Sign in to ${tenant.name}`, choices(tenant.accounts)) }
  const redirectUri = asked.get('redirect_uri')!
  const account = tenant.accounts.find(({ upn }) => upn === form.get('account'))
  const code = account ? codeOf[account.behaviour] : 65004
  const clientId = asked.get('client_id')!.toLowerCase()
  const back = { state: asked.get('state') ?? '' }
  if (code !== null) {
    const { error, text } = accountRefusal(code, account ?? { upn: 'nobody' }, clientId)
    return { status: 200, html: returning(redirectUri, { ...back, error, error_description: `AADSTS${code}: ${text}` }) }
  }
  const challenge = asked.get('code_challenge')!
  const granted = state.grants.code({ tenantId: tenant.tenantId, clientId, redirectUri, challenge, account: account! }, serviceNow(state))
  return { status: 200, html: returning(redirectUri, { ...back, code: granted }) }
}

/** What Entra shows instead of sending anybody back: to whom it would send is not sure. */
function problemOf(tenant: DemoTenant | undefined, asked: URLSearchParams): string | null {
  const clientId = (asked.get('client_id') ?? '').toLowerCase()
  if (!tenant) return `AADSTS90002: ${signInFailures.unknownTenant('that was asked for').text}`
  if (!isPublicClient(tenant, clientId)) return `AADSTS700016: ${signInFailures.unknownApp(clientId, tenant).text}`
  const redirectUri = asked.get('redirect_uri') ?? ''
  // The port of a loopback address is of no account (RFC 8252 section 7.3); everything else is.
  if (!/^http:\/\/localhost(:\d+)?\/?$/.test(redirectUri)) return `AADSTS50011: The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application.`
  if (asked.get('response_type') !== 'code' || asked.get('response_mode') !== 'form_post') return 'AADSTS70007: This response type or mode is not supported by the demo.'
  if (asked.get('code_challenge_method') !== 'S256' || !asked.get('code_challenge')) return 'AADSTS9002325: Proof Key for Code Exchange is required for cross-origin authorization code redemption.'
  return null
}

function devicePage(state: DemoState, form: URLSearchParams | null): Page {
  if (!form) return { status: 200, html: page('Enter code', `<form method="post"><label>Code <input name="code" autocomplete="off" autofocus></label><button>Next</button></form>`) }
  const device = state.grants.deviceOf(form.get('code') ?? '')
  const tenant = device && findTenant(state, device.tenantId)
  if (!device || !tenant || device.until < serviceNow(state)) return { status: 400, html: page('Enter code', '<p role="alert">That code didn’t work. Check the code and try again.</p>') }
  if (!form.has('account')) return { status: 200, html: page(`Sign in to ${tenant.name}`, choices(tenant.accounts, device.userCode)) }
  device.answer = tenant.accounts.find(({ upn }) => upn === form.get('account')) ?? 'declined'
  return { status: 200, html: page('You have signed in', '<p role="status">You can close this page and go back to Tenantry.</p>') }
}

function choices(accounts: DemoAccount[], userCode?: string): string {
  const buttons = accounts.map(({ name, upn }) => `<button name="account" value="${escaped(upn)}">${escaped(name)}<small>${escaped(upn)}</small></button>`)
  const code = userCode === undefined ? '' : `<input type="hidden" name="code" value="${escaped(userCode)}">`
  return `<p>Demo accounts on this machine: choose who signs in. No password is asked for.</p><form method="post">${code}${buttons.join('')}<button name="account" value="">Deny</button></form>`
}

/** Sends the browser back with a form, so that no code stands in an address or a history. */
function returning(redirectUri: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
  const nonce = randomBytes(16).toString('base64')
  return page('Going back', `<form id="back" method="post" action="${escaped(redirectUri)}">${inputs.join('')}<button>Go on</button></form><script nonce="${nonce}">document.getElementById('back').submit()</script>`)
}

const nonceIn = (html: string): string => /<script nonce="([^"]+)"/.exec(html)?.[1] ?? 'none'

function page(title: string, body: string): string {
  const style = 'body{font:15px system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}form{display:grid;gap:.5rem}button{font:inherit;padding:.6rem;text-align:start}small{display:block;opacity:.7}'
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > maxFormBytes) throw new Error('The form is too large.')
    chunks.push(chunk as Buffer)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
