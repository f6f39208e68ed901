import type { CloudId, Profile, Service } from '../../app/contract.ts'

/** What is known already of what is to be set up. */
export interface GuideStart {
  cloud?: CloudId
  customCloud?: Profile['customCloud']
  tenant?: string
  clientId?: string
  services?: Service[]
  /** The profile whose check tells which steps are done. */
  profile?: Profile
}
