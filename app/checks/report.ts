import type { CheckStep, Profile, Service } from '../contract.ts'
import { serviceTable } from '../tokens/services.ts'

export interface ReportFacts {
  profile: Profile
  service: Service
  cloudLabel: string
  clientId: string
  version: string
  /** Milliseconds since the epoch. */
  startedAt: number
}

const signs: Record<CheckStep['state'], string> = { good: '✓', warning: '!', bad: '✗', skipped: '–', running: '…', waiting: '…' }

/** One sentence on the whole. */
export function summaryOf(steps: CheckStep[]): string {
  const [bad, warnings] = [steps.filter(({ state }) => state === 'bad'), steps.filter(({ state }) => state === 'warning')]
  if (bad.length > 0) return `${bad.length === 1 ? 'This is what stands in the way' : 'These stand in the way'}: ${bad.map(({ title }) => title).join('; ')}.`
  // Nothing that it needs failed: only a session can try it.
  const untried = steps.find(({ id, state }) => id === 'connect' && state === 'skipped')
  if (untried) return `Nothing stands in the way as far as the check can look. Not tried: ${untried.title}.`
  if (warnings.length > 0) return `A session can connect. Worth a look: ${warnings.map(({ title }) => title).join('; ')}.`
  return 'All is well: a session can connect.'
}

/**
 * The check as Markdown, to be sent to whoever can help. It has ids, sentences and commands: what the window shows,
 * which holds no secret and no token.
 */
export function reportOf(steps: CheckStep[], { profile, service, cloudLabel, clientId, version, startedAt }: ReportFacts): string {
  const facts = [
    ['Tenant', `${profile.domain}${profile.tenantId ? ` (${profile.tenantId})` : ''}`],
    ['Cloud', cloudLabel],
    ['Service', serviceTable[service].words],
    ['App', clientId || 'none'],
    ['Checked', `${new Date(startedAt).toISOString()} by Tenantry ${version}`]
  ]
  return [
    `# Check of ${plain(profile.name)}`,
    facts.map(([name, value]) => `- ${name}: ${plain(value!)}`).join('\n'),
    `**${plain(summaryOf(steps))}**`,
    ...steps.map(stepText)
  ].join('\n\n').concat('\n')
}

function stepText({ title, state, milliseconds, evidence, details, fixes }: CheckStep): string {
  const time = milliseconds === null ? '' : ` (${milliseconds} ms)`
  return [
    `## ${signs[state]} ${plain(title)}${time}`,
    plain(evidence),
    ...(details.length > 0 ? [details.map((line) => `- ${plain(line)}`).join('\n')] : []),
    ...fixes.flatMap(({ text, commands }) => [plain(text), ...(commands === null ? [] : [`\`\`\`powershell\n${commands}\n\`\`\``])])
  ].join('\n\n')
}

/** Text as Markdown shows it: what somebody named can't become a link, a heading or HTML. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&')
}
