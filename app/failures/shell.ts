import { searchSessionFrom } from '../powershell/module-versions.ts'
import { quote, type Reading } from './reading.ts'
import { readAadsts } from './token-endpoint.ts'
import type { FailureCode } from './table.ts'

/** The step of the bootstrap that failed. */
export type ShellStage = 'language' | 'module' | 'connect'

/**
 * What the shell's messages mean, first match wins: the surer sign stands above the vaguer one. Texts are those of
 * PowerShell, .NET and ExchangeOnlineManagement 3.5 to 3.9.
 */
const signs: ReadonlyArray<{ sign: RegExp; code: FailureCode }> = [
  { sign: /WinRM on this computer does not allow Basic authentication/i, code: 'winrm-basic-off' },
  { sign: /ConstrainedLanguage|language mode/i, code: 'constrained-language' },
  { sign: /running scripts is disabled on this system|UnauthorizedAccess.*execution.?polic|is not digitally signed/i, code: 'scripts-disabled' },
  { sign: /Could not load file or assembly|assembly with same name is already loaded/i, code: 'assembly-clash' },
  { sign: /required module '(PackageManagement|PowerShellGet)' is not loaded|(PackageManagement|PowerShellGet)'? (could not|was not|cannot) be (loaded|found)/i, code: 'package-management-missing' },
  { sign: /which the profile asks for, is not installed/i, code: 'module-version-missing' },
  { sign: /No installed version of the module/i, code: 'module-too-new' },
  { sign: /The module \S+ is not installed|specified module '[^']+' was not loaded because no valid module/i, code: 'module-missing' },
  // The parameter is named in every language of PowerShell.
  { sign: /'EnableSearchOnlySession'/, code: 'module-without-searches' },
  { sign: /role assigned to application .* isn't supported in this scenario/is, code: 'role-missing' },
  { sign: /\b429\b|too many requests|throttl/i, code: 'throttled' },
  { sign: /Unexpected character encountered while parsing value: </i, code: 'not-json' },
  { sign: /remote certificate (is invalid|was rejected)|UntrustedRoot|PartialChain/i, code: 'tls-untrusted' },
  { sign: /SSL connection could not be established|secure channel/i, code: 'tls-failed' },
  { sign: /connection refused|actively refused/i, code: 'connection-refused' },
  { sign: /name or service not known|no such host is known|nodename nor servname|could not be resolved/i, code: 'host-not-found' },
  { sign: /HttpClient\.Timeout|operation (has )?timed out|timed? ?out|task was cancell?ed/i, code: 'timed-out' },
  { sign: /Module could not be correctly formed/i, code: 'module-malformed' },
  { sign: /INSUFF_ACCESS_RIGHTS/i, code: 'insufficient-access' },
  { sign: /isn't supported when an application is signed in/i, code: 'command-not-for-apps' },
  { sign: /UnAuthorized|\b401\b/i, code: 'exchange-unauthorized' },
  { sign: /\b403\b|Forbidden/i, code: 'role-missing' },
  { sign: /\b(50[0-4])\b|Service ?Unavailable|InternalServerError|Bad ?Gateway/i, code: 'service-down' }
]

/** Reads what the shell reported of a failed step; `service` stands where no host is named. */
export function readShellProblem(message: string, stage: ShellStage, service = 'Exchange Online'): Reading {
  if (stage === 'language') return { code: 'constrained-language' }
  const aadsts = readAadsts(message)
  if (aadsts) return aadsts
  const code = signs.find(({ sign }) => sign.test(message))?.code ?? (stage === 'module' ? 'module-failed' : 'connect-failed')
  return { code, parameters: parametersOf(message, service), ...retryAfterOf(message) }
}

function parametersOf(message: string, service: string): Record<string, string | number> {
  const seconds = retryAfterOf(message).retryAfter
  return {
    // .NET names whom it could not reach: "Connection refused (outlook.office365.com:443)".
    host: message.match(/\(((?:[\w-]+\.)+[\w-]+):\d+\)/)?.[1] ?? service,
    text: quote(message) || 'PowerShell gave no reason.',
    status: message.match(/\b50[0-4]\b/)?.[0] ?? '5xx',
    wait: seconds === undefined ? '' : ` It asks to wait ${seconds} s.`,
    least: searchSessionFrom,
    module: message.match(/module '?([\w.]+?)'? (?:is not installed|was not loaded)/i)?.[1] ?? 'ExchangeOnlineManagement'
  }
}

function retryAfterOf(message: string): { retryAfter?: number } {
  const seconds = message.match(/Retry-?After\W{1,3}(\d{1,5})|(?:after|in|wait) (\d{1,5}) s/i)
  return seconds ? { retryAfter: Number(seconds[1] ?? seconds[2]) } : {}
}
