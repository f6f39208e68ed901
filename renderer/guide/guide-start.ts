import type { CloudId, Profile, Service } from '../../app/contract.ts'

/** What is known already of what is to be set up. */
export interface GuideStart {
  cloud?: CloudId
  customCloud?: Profile['customCloud']
  tenant?: string
  clientId?: string
  services?: Service[]
  appName?: string
  /** The profile whose check tells which steps are done. */
  profile?: Profile
  /** Takes a certificate that was made into the sign-in that is being edited; false where that is of another kind. */
  onCertificate?(thumbprint: string): boolean
}
