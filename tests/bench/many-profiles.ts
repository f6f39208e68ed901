import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { tenantColours, type Profile } from '../../app/contract.ts'

/** How many profiles the lists are measured with. */
export const profileCounts = [500, 2000]
const groups = ['Retail', 'Health', 'Schools', 'Industry', 'Law', 'Public', 'Finance', 'Transport', 'Media', 'Internal']
const words = ['Northwind', 'Adatum', 'Litware', 'Proseware', 'Tailspin', 'Wingtip', 'Woodgrove', 'Margie', 'Lucerne', 'Humongous']

/** The name of the n-th profile, from 0. */
export const profileName = (index: number) => `${words[index % words.length]} ${Math.floor(index / words.length) + 1}`

/** A data folder with many profiles that share one sign-in; the caller removes it. */
export function prepareDataFolder(profileCount: number): string {
  const signIn = { id: randomUUID(), name: 'Partner app', clientId: randomUUID(), kind: 'secret', askEachTime: true, certificate: null }
  const profiles = Array.from({ length: profileCount }, (_, index): Profile => {
    const name = profileName(index)
    const domain = `${name.toLowerCase().replace(' ', '')}.example`
    return {
      id: randomUUID(),
      name,
      group: groups[Math.floor(index / 50) % groups.length]!,
      domain,
      tenantId: randomUUID(),
      initialDomain: domain.replace('.example', '.onmicrosoft.com'),
      cloud: 'worldwide',
      customCloud: null,
      signInId: signIn.id,
      services: ['exchange'],
      colour: tenantColours[index % tenantColours.length]!,
      environment: 'production',
      workingFolder: '',
      loadPowerShellProfile: false,
      moduleVersion: '',
      notes: `Customer number ${1000 + index}`
    }
  })
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-many-'))
  writeFileSync(join(folder, 'profiles.json'), JSON.stringify({ version: 1, profiles, signIns: [signIn] }), { mode: 0o600 })
  return folder
}
