import { serviceTable } from '../../tokens/services.ts'
import type { Exported } from './facts.ts'
import { markdownTable, markdownText } from './markdown.ts'
import type { ExportSignIn } from './sign-ins.ts'
import type { ExportTenant } from './tenants.ts'

/** What the run is, where it runs, and who was left out. `script` is the file that has the script. */
export function whatItIs({ run, facts, tenants, leftOut }: Exported, script: string): string[] {
  const { label } = serviceTable[run.service]
  return [
    `This runs the script in \`${script}\` in ${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'} over ${label} PowerShell, with ${facts.module.name} ${facts.module.version}. ${facts.isReadOnly ? 'It only reads: a command that is not known to do so keeps it from starting.' : 'It may change data. Nobody is asked before a command does, as Tenantry would ask: whoever starts it types the number of tenants, and that is all.'} No secret is in these files.`,
    markdownTable(
      ['Tenant', 'Called here', 'Organization', 'Tenant ID', 'App (client ID)'],
      tenants.map(({ name, slug, organization, tenantId, clientId }) => [markdownText(name), `\`${slug}\``, markdownText(organization), `\`${tenantId}\``, `\`${clientId}\``])
    ),
    ...(leftOut.length === 0 ? [] : ['Left out:', leftOut.map(({ name, reason }) => `- ${markdownText(name)}: ${markdownText(reason)}`).join('\n')])
  ]
}

/** What each app needs in each tenant; the same as in Tenantry itself. */
export function whatAppsNeed({ run, facts }: Exported, who: string): string[] {
  const { permission, resource } = serviceTable[run.service]
  if (run.service === 'graph') {
    const least = facts.isReadOnly ? 'Give it ones that only read, such as `User.Read.All`: what it may not do there, no slip in the script can.' : 'Give it the least that the script needs.'
    return [`${who} needs in each of its tenants the application permissions of ${resource.name} that the script’s requests take, with the admin’s consent. They are all that it may do. ${least} Tenantry’s “How do I set this up?” has the steps.`]
  }
  const manages = run.service === 'compliance' ? 'Compliance Administrator' : 'Exchange Recipient Administrator'
  const role =
    facts.isReadOnly
      ? 'Its role in each tenant is what it may do: Global Reader is enough for a script that reads. What a script may not do there, no slip in it can.'
      : `Its role in each tenant is what it may do: give it the least that the script needs, such as ${manages}.`
  return [`${who} needs in each of its tenants the application permission ${permission.name} of ${resource.name} with the admin’s consent, as it has it for Tenantry. ${role} Tenantry’s “How do I set this up?” has the steps.`]
}

/** What a certificate's key has to be: learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2 takes no CNG key. */
export const certificateKind = ({ family }: Exported['facts']): string => (family === 'exchange' ? ' Exchange’s module takes no CNG key: make the certificate with an RSA key of a CSP (`New-SelfSignedCertificate … -KeySpec KeyExchange`).' : '')

/** The sign-ins, each with its tenants. */
export function signInTable(signIns: readonly ExportSignIn[], tenants: readonly ExportTenant[], certificate: string | null): string {
  const nameOf = (slug: string) => tenants.find((tenant) => tenant.slug === slug)!.name
  return markdownTable(
    ['Sign-in', 'App (client ID)', ...(certificate === null ? [] : [certificate]), 'Tenants'],
    signIns.map((signIn) => [markdownText(signIn.name), `\`${signIn.clientId}\``, ...(certificate === null ? [] : [`\`${signIn.certificate}\``]), told(signIn.tenants.map((slug) => markdownText(nameOf(slug))))])
  )
}

const mostTold = 10
const told = (names: string[]) => (names.length > mostTold ? `${names.slice(0, mostTold).join(', ')} and ${names.length - mostTold} more` : names.join(', '))
