import type { Service } from '../contract.ts'

/** How the token was got, as far as it says. */
export type SignInWay = 'certificate' | 'secret' | 'nothing' | 'user' | 'unknown'

export interface SupportStatus {
  level: 'good' | 'warning'
  sentence: string
  link: string
  /** The day the page was of or was read, ISO 8601. */
  asOf: string
}

const appOnly = 'https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2'
const connectExchange = 'https://learn.microsoft.com/powershell/module/exchangepowershell/connect-exchangeonline#-accesstoken'
const connectCompliance = 'https://learn.microsoft.com/powershell/module/exchangepowershell/connect-ippssession#-accesstoken'

const connectGraph = 'https://learn.microsoft.com/powershell/module/microsoft.graph.authentication/connect-mggraph#-accesstoken'

/** What Microsoft says of each way of signing in, and where. A way without a row is one nobody documents. */
const statuses: Record<Service, Partial<Record<SignInWay, SupportStatus>>> = {
  exchange: {
    certificate: { level: 'good', sentence: 'Microsoft supports signing in as an app with a certificate.', link: appOnly, asOf: '2025-10-24' },
    secret: {
      level: 'warning',
      sentence: 'Microsoft documents certificates for apps, and handing over a token from module 3.1.0 on; a client secret is not named. It works today.',
      link: connectExchange,
      asOf: '2026-11-23'
    },
    user: { level: 'good', sentence: 'Microsoft supports handing over a user’s token, from module 3.1.0 on.', link: connectExchange, asOf: '2026-11-23' }
  },
  compliance: {
    certificate: {
      level: 'good',
      sentence: 'Microsoft supports signing in as an app with a certificate, on Windows; some search cmdlets do not work that way.',
      link: appOnly,
      asOf: '2025-10-24'
    },
    secret: {
      level: 'warning',
      sentence: 'Microsoft documents certificates for apps, and handing over a token from module 3.8.0 on, on Windows; a client secret is not named.',
      link: connectCompliance,
      asOf: '2026-11-23'
    },
    user: { level: 'good', sentence: 'Microsoft supports handing over a user’s token on Windows, from module 3.8.0 on.', link: connectCompliance, asOf: '2026-11-23' }
  },
  graph: {
    certificate: { level: 'good', sentence: 'Microsoft supports apps with a certificate, and handing over a token, which Connect-MgGraph does not renew.', link: connectGraph, asOf: '2026-11-25' },
    secret: { level: 'good', sentence: 'Microsoft supports apps with a client secret, and handing over a token, which Connect-MgGraph does not renew.', link: connectGraph, asOf: '2026-11-25' },
    user: { level: 'good', sentence: 'Microsoft supports handing over a user’s token, which Connect-MgGraph does not renew.', link: connectGraph, asOf: '2026-11-25' }
  }
}

/** Microsoft's word on this way of signing in to a service; null where there is none. */
export function supportOf(service: Service | null, way: SignInWay): SupportStatus | null {
  return service === null ? null : (statuses[service][way] ?? null)
}
