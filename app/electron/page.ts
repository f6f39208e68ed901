import type { CustomScheme } from 'electron'
import { readFile } from 'node:fs/promises'
import { contentSecurityPolicy } from '../content-security-policy.ts'
import { pageFile } from '../page-files.ts'

/** A scheme with an origin of its own, unlike file://, whose pages may read other files. */
export const pageScheme: CustomScheme = { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } }
export const pageUrl = 'app://tenantry/index.html'

/** The `app:` scheme's answers: the window's files at the host `tenantry`, to GET, and nothing else. */
export async function answerPage({ url, method }: Pick<Request, 'url' | 'method'>, folder: string): Promise<Response> {
  if (!URL.canParse(url)) return refuse(403)
  const { protocol, host, pathname, username, password } = new URL(url)
  if (protocol !== 'app:' || host !== 'tenantry' || username || password) return refuse(403)
  if (method !== 'GET') return refuse(405)
  const file = await pageFile(folder, pathname)
  if (!file) return refuse(404)
  // Through Node's fs, which reads inside of app.asar.
  return new Response(await readFile(file.path), { headers: { ...headers, 'Content-Type': file.type } })
}

const headers = {
  'Content-Security-Policy': contentSecurityPolicy(),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin'
}

function refuse(status: number): Response {
  return new Response(null, { status, headers })
}
