import { createHash, randomBytes } from 'node:crypto'
import type { DemoAccount } from './accounts.ts'

/** Seconds that an authorization code and a device code are good for. */
const codeLifeSeconds = 600
/** Seconds between two polls of a device: shorter than Entra's 5, since nobody walks to another device. */
export const devicePollSeconds = 1

/** An authorization code that was given out and not redeemed yet. */
export interface CodeGrant {
  tenantId: string
  clientId: string
  redirectUri: string
  challenge: string
  account: DemoAccount
  until: number
}

/** A device that waits for somebody to type its code. */
export interface DeviceGrant {
  userCode: string
  tenantId: string
  clientId: string
  until: number
  polledAt: number
  answer: DemoAccount | 'declined' | null
}

/** What was granted to accounts in this run. Each refresh token is good for one use: stricter than Entra, which lets the old one live on. */
export class Grants {
  readonly codes = new Map<string, CodeGrant>()
  readonly devices = new Map<string, DeviceGrant>()
  readonly #used = new Set<string>()

  code(grant: Omit<CodeGrant, 'until'>, now: number): string {
    const code = `0.${randomBytes(48).toString('base64url')}`
    this.codes.set(code, { ...grant, until: now + codeLifeSeconds * 1000 })
    return code
  }

  device(tenantId: string, clientId: string, now: number): { deviceCode: string; userCode: string; expiresIn: number } {
    const deviceCode = `D${randomBytes(48).toString('base64url')}`
    // Entra's are nine letters and digits that are hard to mix up.
    const userCode = Array.from(randomBytes(9), (byte) => 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'[byte % 32]).join('')
    this.devices.set(deviceCode, { userCode, tenantId, clientId, until: now + codeLifeSeconds * 1000, polledAt: 0, answer: null })
    return { deviceCode, userCode, expiresIn: codeLifeSeconds }
  }

  deviceOf(userCode: string): DeviceGrant | undefined {
    const wanted = userCode.trim().toUpperCase()
    return [...this.devices.values()].find((device) => device.userCode === wanted)
  }

  refreshToken(account: DemoAccount, clientId: string): string {
    const names = Buffer.from(JSON.stringify({ upn: account.upn, clientId })).toString('base64url')
    return `1.${randomBytes(96).toString('base64url')}.${names}`
  }

  /**
   * Whose refresh token it is; null where it is none. One of an earlier run is taken at its word: the demo
   * asks nobody for a password either.
   */
  refresh(token: string): { upn: string; clientId: string; isUsed: boolean } | null {
    try {
      const { upn, clientId } = JSON.parse(Buffer.from(token.split('.')[2] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>
      return { upn: String(upn), clientId: String(clientId), isUsed: this.#used.has(token) }
    } catch {
      return null
    }
  }

  useUp(refreshToken: string): void {
    this.#used.add(refreshToken)
  }
}

/** RFC 7636 section 4.6, for S256 alone. */
export function fitsChallenge(verifier: string, challenge: string): boolean {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge
}
