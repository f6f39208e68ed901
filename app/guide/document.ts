import { factsOf, guideOf, type GuideFacts } from './guide.ts'

/** The guide as docs/setting-up-an-app.md has it: the same text as in the window, with nothing filled in. */
export function guideDocument(): string {
  const nothing = { cloud: 'worldwide' as const, tenant: '', clientId: '', appName: '', certificatePath: '', roleId: '', services: ['exchange' as const, 'compliance' as const], profileIds: [] }
  const facts = (isPartner: boolean) => factsOf({ ...nothing, isPartner }, 'login.microsoftonline.com')
  return `${['# Setting up an app', 'Tenantry signs in with an app registration of your own. “How do I set this up?” shows this in the window, filled in for your tenant.', '## One tenant', ...steps(facts(false)), '## Partners: one app for many customers', ...steps(facts(true)), '## Classic mistakes', '- The object ID of the app registration where that of the enterprise application (service principal) is meant.\n- The delegated permission instead of the application one.\n- The role given to the app’s owner instead of the app.\n- A token from before the role.'].join('\n\n')}\n`
}

function steps(facts: GuideFacts): string[] {
  return guideOf(facts).flatMap(({ title, text, portal, powershell, cli }, index) => [
    `### ${index + 1}. ${title}`,
    text,
    portal.map((click) => `- ${click}`).join('\n'),
    ...(powershell === null ? [] : [`PowerShell:\n\n\`\`\`powershell\n${powershell}\n\`\`\``]),
    ...(cli === null ? [] : [`Azure CLI:\n\n\`\`\`\n${cli}\n\`\`\``])
  ])
}
