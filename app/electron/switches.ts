import type { CommandLine } from 'electron'

/** Switches of Chromium's that a packaged Tenantry starts without, and why; the fuses do the same for Node's. */
export const refusedSwitches: Readonly<Record<string, string>> = {
  'remote-debugging-port': 'any program on this computer could type into the sessions',
  'remote-debugging-pipe': 'whoever starts it could type into the sessions',
  'remote-debugging-address': 'other computers could',
  'remote-allow-origins': 'a page in a browser could',
  'disable-web-security': 'the page’s rules are what holds it',
  'allow-running-insecure-content': 'the page’s rules are what holds it',
  'load-extension': 'an extension would see what the page sees',
  'host-rules': 'addresses lead where they say',
  'js-flags': 'what the engine allows is decided'
}

/** Takes the refused ones away, before Chromium reads them. */
export function refuseSwitches(commandLine: Pick<CommandLine, 'hasSwitch' | 'removeSwitch'>, log: (line: string) => void): void {
  for (const name of Object.keys(refusedSwitches)) {
    if (!commandLine.hasSwitch(name)) continue
    commandLine.removeSwitch(name)
    log(`started without --${name}`)
  }
}
