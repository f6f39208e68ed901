import type { Demo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'
import { demoHosts, systemMailbox } from '../../app/demo/names.ts'

/** A token by client secret, straight from the demo's login authority. */
export async function fetchToken(demo: Demo, tenant: DemoTenant, app: DemoApp, resource: string = `https://${demoHosts.exchange}`): Promise<string> {
  const answer = await postToken(demo, tenant.tenantId, { client_id: app.clientId, client_secret: app.clientSecret, scope: `${resource}/.default` })
  const { access_token: token } = JSON.parse(answer.body) as { access_token?: string }
  if (!token) throw new Error(answer.body)
  return token
}

export function postToken(demo: Demo, tenant: string, form: Record<string, string>) {
  return demo.network({
    url: `https://${demoHosts.login}/${tenant}/oauth2/v2.0/token`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString()
  })
}

/** Runs a cmdlet by InvokeCommand, one page. */
export function invoke(demo: Demo, tenantId: string, token: string, name: string, parameters: Record<string, unknown> = {}, url?: string) {
  return fetch(url ?? `${demo.exchangeUrl}/adminapi/beta/${tenantId}/InvokeCommand`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-anchormailbox': `APP:${systemMailbox}@${tenantId}`, 'x-cmdletname': name },
    body: JSON.stringify({ CmdletInput: { CmdletName: name, Parameters: parameters } })
  })
}

export interface InvokeBody {
  value: Array<Record<string, unknown>>
  '@adminapi.warnings': string[]
  '@odata.nextLink'?: string
  error?: { code: string; message: string; details: Array<{ message: string }> }
}

/** Runs a cmdlet and answers its first page. */
export async function run(demo: Demo, tenantId: string, token: string, name: string, parameters: Record<string, unknown> = {}): Promise<InvokeBody> {
  return (await (await invoke(demo, tenantId, token, name, parameters)).json()) as InvokeBody
}
